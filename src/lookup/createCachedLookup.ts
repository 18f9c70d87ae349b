import type { LoggerService } from '@backstage/backend-plugin-api';
import { LRUCache } from 'lru-cache';
import { canonicalQuery, queryKey } from './canonicalQuery';
import type { CatalogUserLookup, UserLookupAnswer } from './CatalogUserLookup';
import type { CoalescedFinder } from './createCoalescedFinder';
import { createIncident } from './createIncident';
import { satisfiesQuery } from './satisfiesQuery';
import type { UserLookupCacheSettings } from './UserLookupCacheSettings';
import type { LookupCounters } from './UserLookupStats';
import type { UserQuery } from './UserQuery';

/** @internal */
export interface CachedLookupOptions extends UserLookupCacheSettings {
  readonly finder: CoalescedFinder<UserLookupAnswer>;
  readonly counters: LookupCounters;
  readonly logger?: LoggerService;
  readonly now: () => number;
}

/** @internal */
export interface CachedLookup extends Required<CatalogUserLookup> {
  size(): number;
  forget(query?: UserQuery): void;
}

type EntitiesAnswer = Extract<UserLookupAnswer, { type: 'entities' }>;

interface Entry {
  readonly answer: EntitiesAnswer;
  readonly expiresAt: number;
  readonly sequence: number;
}

const nobody: UserLookupAnswer = Object.freeze({ type: 'entities', entities: Object.freeze([]) });

/**
 * The top of the stack: remembers verified answers in memory.
 *
 * @internal
 */
export function createCachedLookup(options: CachedLookupOptions): CachedLookup {
  const { finder, counters, now, ttlMs, notFoundTtlMs, staleIfErrorMs } = options;
  const entries = new LRUCache<string, Entry>({ max: options.maxEntries });
  const outage = createIncident(options.logger);
  let issued = 0;
  let forgottenUpTo = 0;

  function peek(query: UserQuery): UserLookupAnswer | undefined {
    const key = queryKey(query);
    const entry = entries.get(key);
    if (!entry || entry.expiresAt <= now()) return undefined;
    // What was checked is frozen and its key holds all that the check depends on, so this cannot
    // fail. It is done all the same: no later change to the keys may make somebody another person.
    if (entry.answer.entities.some(entity => satisfiesQuery(entity, query))) {
      entries.delete(key);
      return undefined;
    }
    counters.hits += 1;
    return entry.answer;
  }

  function store(key: string, answer: EntitiesAnswer, expiresAt: number, sequence: number): void {
    if (sequence <= forgottenUpTo || (entries.peek(key)?.sequence ?? 0) > sequence) return;
    entries.set(key, { answer, expiresAt, sequence });
  }

  function stale(key: string): UserLookupAnswer | undefined {
    const entry = entries.get(key);
    if (entry?.answer.entities.length !== 1) return undefined;
    const staleForMs = Math.max(0, now() - entry.expiresAt);
    if (staleForMs > staleIfErrorMs) return undefined;
    counters.stale += 1;
    outage.happened(
      `The catalog cannot be asked; existing Bitbucket Server sessions are refreshed from memory, the first one from an answer that expired ${Math.round(staleForMs / 1000)} s ago`,
    );
    return { ...entry.answer, staleForMs };
  }

  async function ask(query: UserQuery, refresh: boolean): Promise<UserLookupAnswer> {
    counters.misses += 1;
    const sequence = (issued += 1);
    const startedAt = now();
    const key = queryKey(query);
    const { answer, ageMs } = await finder.find(query);
    if (answer.type === 'entities') {
      outage.over('The catalog answers again');
      const lifetime = answer.entities.length === 1 ? ttlMs : notFoundTtlMs;
      store(key, answer, startedAt - ageMs + lifetime, sequence);
    }
    if (answer.type === 'unavailable' && refresh) return stale(key) ?? answer;
    return answer;
  }

  return {
    peek,
    async find(query, { refresh = false } = {}) {
      const atHand = peek(query);
      if (atHand) return atHand;
      const canonical = canonicalQuery(query);
      return canonical ? ask(canonical, refresh) : nobody;
    },
    size: () => entries.size,
    forget(query) {
      const key = query && queryKey(query);
      if (key === undefined) entries.clear();
      else entries.delete(key);
      finder.forget(key);
      // Answers under way are delivered to those who wait, but may be from before: none is stored.
      forgottenUpTo = issued;
    },
  };
}
