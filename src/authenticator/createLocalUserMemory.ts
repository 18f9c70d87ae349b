import { LRUCache } from 'lru-cache';
import type { BitbucketServerUser, UserMemory } from '../profile';
import type { UserMemoryOptions } from './UserMemoryOptions';

const maxEntries = 10_000;

/**
 * Users by id, in the memory of this process.
 *
 * @internal
 */
export function createLocalUserMemory({ ttlMs, now }: UserMemoryOptions): UserMemory {
  const users = new LRUCache<string, BitbucketServerUser>({
    max: maxEntries,
    ttl: ttlMs,
    perf: { now },
    ttlResolution: 0,
  });
  return {
    get: async id => users.get(id),
    set: async user => {
      users.set(String(user.id), user);
    },
  };
}
