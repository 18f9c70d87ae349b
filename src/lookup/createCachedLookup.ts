import type { LoggerService } from '@backstage/backend-plugin-api';
import { canonicalQuery, queryKey } from './canonicalQuery';
import type { CatalogUserLookup, UserLookupAnswer } from './CatalogUserLookup';
import type { CoalescedFinder } from './createCoalescedFinder';
import { createAnswerStore } from './createAnswerStore';
import type { UserLookupCacheSettings } from './UserLookupCacheSettings';
import type { LookupCounters } from './UserLookupStats';
import type { UserQuery } from './UserQuery';
import { createIncident } from '../shared';

/** @internal */
export interface CachedLookupOptions extends UserLookupCacheSettings {
  readonly finder: CoalescedFinder<UserLookupAnswer>;
  readonly counters: LookupCounters;
  readonly logger?: LoggerService;
  readonly now: () => number;
}

/** @internal */
export interface CachedLookup extends Required<Omit<CatalogUserLookup, 'isNameTaken'>> {
  size(): number;
  forget(query?: UserQuery): void;
}

type EntitiesAnswer = Extract<UserLookupAnswer, { type: 'entities' }>;

const nobody: UserLookupAnswer = Object.freeze({ type: 'entities', entities: Object.freeze([]) });

/**
 * The top of the stack: remembers verified answers in memory.
 *
 * @internal
 */
export function createCachedLookup(options: CachedLookupOptions): CachedLookup {
  const { finder, counters, now, ttlMs, notFoundTtlMs, staleIfErrorMs } = options;
  const entries = createAnswerStore(options.maxEntries);
  const outage = createIncident(options.logger);
  let issued = 0;
  let forgottenUpTo = 0;

  function peek(query: UserQuery): UserLookupAnswer | undefined {
    const entry = entries.get(query);
    if (!entry || entry.expiresAt <= now()) return undefined;
    // No need to check the entities again: they are frozen, and the store has just compared this
    // query with the very one that they were checked against.
    counters.hits += 1;
    return entry.answer;
  }

  function store(query: UserQuery, answer: EntitiesAnswer, expiresAt: number, sequence: number) {
    if (sequence <= forgottenUpTo || (entries.get(query)?.sequence ?? 0) > sequence) return;
    entries.set({ query, answer, expiresAt, sequence });
  }

  function stale(query: UserQuery): UserLookupAnswer | undefined {
    const entry = entries.get(query);
    if (entry?.answer.entities.length !== 1) return undefined;
    const staleForMs = Math.max(0, now() - entry.expiresAt);
    if (staleForMs > staleIfErrorMs) return undefined;
    counters.stale += 1;
    outage.fail(
      `The catalog cannot be asked; existing Bitbucket Server sessions are refreshed from memory, the first one from an answer that expired ${Math.round(staleForMs / 1000)} s ago`,
    );
    return { ...entry.answer, staleForMs };
  }

  async function ask(query: UserQuery, refresh: boolean): Promise<UserLookupAnswer> {
    counters.misses += 1;
    const sequence = (issued += 1);
    const startedAt = now();
    const { answer, ageMs } = await finder.find(query);
    if (answer.type === 'entities') {
      outage.recover('The catalog answers again');
      const lifetime = answer.entities.length === 1 ? ttlMs : notFoundTtlMs;
      store(query, answer, startedAt - ageMs + lifetime, sequence);
    }
    if (answer.type === 'unavailable' && refresh) return stale(query) ?? answer;
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
    size: entries.size,
    forget(query) {
      if (query) entries.delete(query);
      else entries.clear();
      finder.forget(query && queryKey(query));
      // Answers under way are delivered to those who wait, but may be from before: none is stored.
      forgottenUpTo = issued;
    },
  };
}
