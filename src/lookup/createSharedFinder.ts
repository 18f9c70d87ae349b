import { createHash } from 'node:crypto';
import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import type { JsonValue } from '@backstage/types';
import { queryKey } from './canonicalQuery';
import type { Finder, Finding } from './Finder';
import { sharedEntrySchema } from './sharedEntrySchema';
import type { LookupCounters } from './UserLookupStats';
import type { UserQuery } from './UserQuery';
import type { SourceAnswer } from './UserSource';
import { verifyAnswer } from './verifyAnswer';
import { createIncident, withTimeout } from '../shared';
import type { Incident } from '../shared';

/** @internal */
export interface SharedFinderOptions {
  readonly finder: Finder<SourceAnswer>;
  readonly cache: CacheService;
  readonly timeoutMs: number;
  readonly ttlMs: number;
  readonly notFoundTtlMs: number;
  /** Answers of different content never share a key. */
  readonly variant: string;
  readonly logger?: LoggerService;
  readonly counters: LookupCounters;
  readonly now: () => number;
  /** Wall clock in milliseconds, the same for all replicas. Default `Date.now`. */
  readonly wallClock?: () => number;
}

/** So long a cache that failed is left alone, so that not every person pays for its time-out. */
const pauseMs = 5_000;

/**
 * Asks Backstage's cache service first, so that replicas share answers. Whatever goes wrong with it,
 * it is as if it were not there; what it holds is checked like what the catalog says.
 *
 * @internal
 */
export function createSharedFinder(options: SharedFinderOptions) {
  const { finder, cache, timeoutMs, counters, now, wallClock = Date.now } = options;
  const outage = createIncident(options.logger);
  const garbage = createIncident(options.logger);
  let pausedUntil = -Infinity;

  async function guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (now() < pausedUntil) return undefined;
    try {
      const result = await withTimeout(work, { timeoutMs });
      outage.recover('The shared cache of Bitbucket Server sign-ins works again');
      return result;
    } catch (error) {
      pausedUntil = now() + pauseMs;
      fail(outage, `does not work (${String(error)})`);
      return undefined;
    }
  }

  function fail(incident: Incident, how: string): void {
    counters.sharedFailures += 1;
    incident.fail(`The shared cache of Bitbucket Server sign-ins ${how}; doing without it`);
  }

  function toFinding(value: unknown): Finding<SourceAnswer> | undefined {
    const entry = sharedEntrySchema.safeParse(value);
    if (!entry.success) {
      fail(garbage, 'holds something that is no entry of ours');
      return undefined;
    }
    garbage.recover('The shared cache of Bitbucket Server sign-ins holds entries of ours again');
    const { at } = entry.data;
    // The schema has looked at every part of an entity that this package reads.
    const entities = entry.data.entities as Entity[];
    // Clocks of replicas differ: never believe an entry to come from the future.
    const ageMs = Math.max(0, wallClock() - at);
    if (ageMs >= lifetimeOf(entities.length)) return undefined;
    counters.sharedHits += 1;
    return { answer: { type: 'entities', entities }, ageMs };
  }

  function lifetimeOf(count: number): number {
    return count === 1 ? options.ttlMs : options.notFoundTtlMs;
  }

  function keep(query: UserQuery, key: string, answer: SourceAnswer, at: number): void {
    const verified = verifyAnswer(answer, query);
    const ttl = verified.type === 'entities' ? lifetimeOf(verified.entities.length) : 0;
    if (verified.type !== 'entities' || ttl <= 0) return;
    const entry = { v: 1, at, entities: verified.entities } as unknown as JsonValue;
    // Nobody waits for it: the sign-in has its answer.
    void guarded(() => cache.set(key, entry, { ttl }));
  }

  return {
    async find(query: UserQuery): Promise<Finding<SourceAnswer>> {
      const key = sharedKey(query, options.variant);
      const value = await guarded(() => cache.get(key));
      const shared = value === undefined ? undefined : toFinding(value);
      if (shared) return shared;
      const at = wallClock();
      const finding = await finder.find(query);
      keep(query, key, finding.answer, at);
      return finding;
    },
    async delete(query: UserQuery): Promise<void> {
      await guarded(() => cache.delete(sharedKey(query, options.variant)));
    },
  };
}

/** Hashed, because emails are personal, and memcached takes neither long keys nor white space. */
function sharedKey(query: UserQuery, variant: string): string {
  const hash = createHash('sha256').update(queryKey(query)).digest('base64url');
  return `bitbucket-server-user:1:${variant}:${hash}`;
}
