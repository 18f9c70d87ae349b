import type { CacheService } from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';
import { parseBitbucketServerUser } from '../profile';
import type { UserMemory } from '../profile';
import type { UserMemoryOptions } from './UserMemoryOptions';
import { quote, sha256 } from '../shared';

/**
 * Users by id, in a cache that the replicas of the backend share. What comes out of it is validated
 * again. A cache that fails is as good as an empty one: it is only logged.
 *
 * @internal
 */
export function createSharedUserMemory(
  cache: CacheService,
  { baseUrl, ttlMs, now, logger }: UserMemoryOptions,
): UserMemory {
  const keyOf = (id: string) => `bitbucket-server-user:${sha256(`${baseUrl}\n${id}`)}`;
  const complain = (verb: string, error: unknown) =>
    logger?.warn(`Cannot ${verb} the cache of Bitbucket Server users: ${quote(String(error))}`);
  return {
    async get(id) {
      try {
        const entry = await cache.get<JsonObject>(keyOf(id));
        // Not every store keeps to the time that it is given.
        if (!entry || !(now() - Number(entry.readAt) < ttlMs)) return undefined;
        const user = parseBitbucketServerUser(entry.user);
        return String(user.id) === id ? user : undefined;
      } catch (error) {
        complain('read', error);
        return undefined;
      }
    },
    async set(user) {
      try {
        const entry = { user: user.raw as JsonObject, readAt: now() };
        await cache.set(keyOf(String(user.id)), entry, { ttl: ttlMs });
      } catch (error) {
        complain('write', error);
      }
    },
  };
}
