import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { createCatalogCaller, createCatalogMemory } from './catalog';
import type { CatalogUserLookup, UserLookupAnswer } from './CatalogUserLookup';
import { createNameCheck } from './createNameCheck';
import { createUserSearch } from './createUserSearch';
import type { LookupResult } from './createUserSearch';
import { canonicalQuery, queryKey } from './UserQuery';
import type { UserQuery } from './UserQuery';
import { createFrozenCopier, identityOf, verifyCandidates } from './verifyCandidates';
import type { EntitiesAnswer } from './verifyCandidates';
import { createIncident, describeCause, instruments } from '../shared';

/**
 * Options of {@link createCatalogUserLookup}.
 *
 * @public
 */
export interface CatalogUserLookupOptions {
  /** Backstage's `catalogServiceRef`, or any client of the catalog API. */
  readonly catalog: CatalogService | CatalogApi;
  readonly auth: AuthService;
  /**
   * Gets one line per outage in which refreshes are served from expired answers. Default: nothing
   * is logged.
   */
  readonly logger?: LoggerService;
  /**
   * How long a user that was found is cached. `{ seconds: 0 }` = ask every time. Default one
   * minute.
   */
  readonly ttl?: HumanDuration;
  /**
   * How long "no match" and "several matches" are cached. `{ seconds: 0 }` = ask every time.
   * Default five seconds.
   */
  readonly notFoundTtl?: HumanDuration;
  /**
   * How long an expired answer may still serve the refresh of an existing session while the catalog
   * is unavailable. Never used for a first sign-in, never for "no match" or "several matches".
   * `{ seconds: 0 }` = never. Default one hour.
   */
  readonly staleIfError?: HumanDuration;
  /** How long a question may wait for its answer. Default ten seconds. */
  readonly timeout?: HumanDuration;
  /** Most answers in memory; the least recently used one goes first. Default 10,000. */
  readonly maxEntries?: number;
  /** Most names in one request to the catalog. Default 1,000, as many as the client sends at once. */
  readonly maxRefsPerRequest?: number;
  /** Most emails or annotation values in one request to the catalog. Default 100. */
  readonly maxValuesPerRequest?: number;
  /**
   * What of a user is fetched and kept: `all`, because an `AuthOwnershipResolver` may want any part of
   * it, or `identity`: kind, name, namespace, email, memberships, the annotation that was matched,
   * and those that end with `/user-id`, which say whose account it is.
   * Default `all`.
   */
  readonly fields?: 'all' | 'identity';
  /** Called when a request to the catalog has ended. */
  readonly onRequest?: (event: {
    readonly operation: 'refs' | 'filter' | 'predicate' | 'text';
    /** Milliseconds since it was sent, without the wait in the queue. */
    readonly durationMs: number;
    readonly outcome: 'ok' | 'error' | 'timeout';
    /** Number of names or values in the request. */
    readonly values: number;
  }) => void;
  /** Called for every answer, except `unavailable`, with where it came from. */
  readonly onAnswer?: (event: {
    readonly source: 'memory' | 'inFlight' | 'catalog' | 'stale';
  }) => void;
  /** A monotonic clock, in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * A lookup with a cache. Make one for the whole backend.
 *
 * @public
 */
export interface CachedUserLookup extends Required<CatalogUserLookup> {
  /** Number of answers in memory. */
  readonly size: number;
  /** Removes all answers. Requests under way are answered, but not kept. */
  clear(): void;
  /** Removes the answer to a query. */
  delete(query: UserQuery): void;
}

/** As attributes of metrics are written. */
const sourceNames = {
  memory: 'memory',
  inFlight: 'in_flight',
  catalog: 'catalog',
  stale: 'stale',
} as const;

const nobody: UserLookupAnswer = Object.freeze({ type: 'entities', entities: Object.freeze([]) });

/**
 * Fields come from the configuration, so there are few. The limit is for matchers that generate
 * field names.
 */
const maxFields = 100;

/**
 * Makes the lookup of users. Queries of the same moment are sent together, equal ones once, and
 * answers are verified before they are cached.
 *
 * @throws `TypeError` for an option that is out of range
 * @example
 * ```ts
 * const lookup = createCatalogUserLookup({ catalog, auth, logger, ttl: { minutes: 2 } });
 * const signInResolver = createSignInResolver({ match: [matchers.profileEmail()], lookup });
 * ```
 *
 * @public
 */
export function createCatalogUserLookup(options: CatalogUserLookupOptions): CachedUserLookup {
  const { catalog, auth, logger, fields = 'all', now = () => performance.now() } = options;
  const ttlMs = duration('ttl', options.ttl ?? { minutes: 1 });
  const notFoundTtlMs = duration('notFoundTtl', options.notFoundTtl ?? { seconds: 5 });
  const maxRefs = count('maxRefsPerRequest', options.maxRefsPerRequest ?? 1_000);
  const maxValues = count('maxValuesPerRequest', options.maxValuesPerRequest ?? 100);

  /** A failing listener must not prevent sign-ins. */
  function safely<T>(listener?: (event: T) => void): (event: T) => void {
    return event => {
      try {
        listener?.(event);
      } catch (error) {
        logger?.error(`A callback of the user lookup threw an error: ${describeCause(error)}`);
      }
    };
  }

  const call = createCatalogCaller({
    catalog,
    auth,
    now,
    timeoutMs: duration('timeout', options.timeout ?? { seconds: 10 }, 1),
    onRequest: safely(options.onRequest),
  });
  const search = createUserSearch({ fields, now });
  const frozenCopy = createFrozenCopier();
  const outage = createIncident(logger);
  const tellListener = safely(options.onAnswer);
  const tellAnswer: typeof tellListener = event => {
    instruments().catalogAnswers.add(1, { 'bitbucket_server.source': sourceNames[event.source] });
    tellListener(event);
  };
  const loaders = new LRUCache<string, DataLoader<UserQuery, LookupResult>>({ max: maxFields });

  /** Joins the queries of one moment that fit into one request. */
  function loaderFor(query: UserQuery): DataLoader<UserQuery, LookupResult> {
    const key = query.by === 'ref' ? '' : query.field;
    const known = loaders.get(key);
    if (known) return known;
    const loader = new DataLoader<UserQuery, LookupResult>(
      queries => call(request => search(request, queries)),
      {
        cache: false,
        maxBatchSize: query.by === 'ref' ? maxRefs : maxValues,
        // All requests that arrived in one turn of the event loop are joined.
        batchScheduleFn: setImmediate,
      },
    );
    loaders.set(key, loader);
    return loader;
  }

  const memory = createCatalogMemory<EntitiesAnswer>({
    maxEntries: count('maxEntries', options.maxEntries ?? 10_000),
    staleIfErrorMs: duration('staleIfError', options.staleIfError ?? { hours: 1 }),
    now,
  });

  async function ask(query: UserQuery) {
    const result = await loaderFor(query).load(query);
    if (result.type === 'unavailable') throw result.cause;
    outage.recover('The catalog answers again');
    const answer = verifyCandidates(result.entities, query);
    const entities =
      fields === 'all' ? answer.entities : answer.entities.map(each => identityOf(each, query));
    return {
      value: frozenCopy({ ...answer, entities }),
      ttlMs: entities.length === 1 ? ttlMs : notFoundTtlMs,
    };
  }

  function staleAnswer(key: string): UserLookupAnswer | undefined {
    const entry = memory.stale(key);
    if (entry?.value.entities.length !== 1) return undefined;
    outage.fail(
      `The catalog is unavailable; existing Bitbucket Server sessions are refreshed from cached answers, the first one from an answer that expired ${Math.round(entry.staleForMs / 1000)} s ago`,
    );
    tellAnswer({ source: 'stale' });
    return { ...entry.value, staleForMs: entry.staleForMs };
  }

  return {
    async find(query, { refresh = false } = {}) {
      const canonical = canonicalQuery(query);
      if (!canonical) return nobody;
      const key = queryKey(canonical);
      try {
        const { value, source } = await memory.get(key, () => ask(canonical));
        tellAnswer({ source });
        return value;
      } catch (cause) {
        return (refresh ? staleAnswer(key) : undefined) ?? { type: 'unavailable', cause };
      }
    },
    isNameTaken: createNameCheck(call),
    get size() {
      return memory.size;
    },
    clear: () => memory.clear(),
    delete(query) {
      const canonical = canonicalQuery(query);
      if (canonical) memory.delete(queryKey(canonical));
    },
  };
}

function duration(name: string, value: HumanDuration, min = 0): number {
  const milliseconds = durationToMilliseconds(value);
  if (milliseconds >= min) return milliseconds;
  throw new TypeError(`"${name}" must be ${min === 0 ? 'zero or longer' : 'longer than zero'}`);
}

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new TypeError(`"${name}" must be a whole number of at least 1`);
}
