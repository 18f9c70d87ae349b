import type { AuthService, CacheService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { CatalogUserLookup } from './CatalogUserLookup';
import { createBatchedFinder } from './createBatchedFinder';
import { createCachedLookup } from './createCachedLookup';
import { createCatalogCaller } from './createCatalogCaller';
import { createCatalogUserSource } from './createCatalogUserSource';
import { createCoalescedFinder } from './createCoalescedFinder';
import { createNameCheck } from './createNameCheck';
import { createSharedFinder } from './createSharedFinder';
import { createVerifiedFinder } from './createVerifiedFinder';
import type { UserLookupFields } from './UserLookupFields';
import { defaultBatchSettings } from './UserLookupBatchSettings';
import type { UserLookupBatchSettings } from './UserLookupBatchSettings';
import { defaultCacheSettings } from './UserLookupCacheSettings';
import type { UserLookupCacheSettings } from './UserLookupCacheSettings';
import { createLookupCounters } from './UserLookupStats';
import type { UserLookupStats } from './UserLookupStats';
import type { UserQuery } from './UserQuery';

/** @public */
export interface CatalogUserLookupOptions {
  /** Backstage's `catalogServiceRef`, or any client of the catalog API. */
  readonly catalog: CatalogService | CatalogApi;
  readonly auth: AuthService;
  /** See {@link UserLookupCacheSettings} for the defaults. */
  readonly cache?: Partial<UserLookupCacheSettings>;
  /** See {@link UserLookupBatchSettings} for the defaults. */
  readonly batch?: Partial<UserLookupBatchSettings>;
  /** Second level behind the memory: `coreServices.cache`, for answers that replicas share. Default none. */
  readonly sharedCache?: CacheService;
  /** Milliseconds that the shared cache may take before it counts as not there. Default 75. */
  readonly sharedCacheTimeoutMs?: number;
  readonly logger?: LoggerService;
  /** Default `all`. */
  readonly fields?: UserLookupFields;
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly now?: () => number;
  /** Calls back when queries of one moment have gathered. Default `setImmediate`. */
  readonly schedule?: (flush: () => void) => void;
}

/**
 * A lookup that lives as long as the backend, for all sign-ins.
 *
 * @public
 */
export interface CachedUserLookup extends Required<CatalogUserLookup> {
  readonly stats: UserLookupStats;
  /** Forgets everything in memory. The shared cache keeps its entries until they expire. */
  clear(): void;
  /** Forgets the answer to a query, in the shared cache too. Never rejects. */
  delete(query: UserQuery): Promise<void>;
}

/**
 * Makes the lookup engine: answers are verified, remembered, shared between equal queries in flight,
 * and the rest is asked in batches.
 *
 * @example
 * ```ts
 * const lookup = createCatalogUserLookup({ catalog, auth, logger, cache: { ttlMs: 120_000 } });
 * const signInResolver = createSignInResolver({ match: [matchers.profileEmail()], lookup });
 * ```
 *
 * @public
 */
export function createCatalogUserLookup(options: CatalogUserLookupOptions): CachedUserLookup {
  const { catalog, auth, logger, sharedCache, fields = 'all' } = options;
  const now = options.now ?? (() => performance.now());
  const batch = withDefaults(defaultBatchSettings, options.batch);
  const cache = withDefaults(defaultCacheSettings, options.cache);
  const counters = createLookupCounters();

  // The one place where the layers are put together, from the catalog up to the sign-in.
  const source = createCatalogUserSource({ catalog, auth, fields, now, ...batch });
  const batched = createBatchedFinder({
    source,
    counters,
    timeoutMs: batch.timeoutMs,
    schedule: options.schedule ?? setImmediate,
  });
  const shared =
    sharedCache &&
    createSharedFinder({
      finder: batched,
      cache: sharedCache,
      timeoutMs: options.sharedCacheTimeoutMs ?? 75,
      variant: fields,
      logger,
      counters,
      now,
      ...cache,
    });
  const verified = createVerifiedFinder(shared ?? batched, fields);
  const finder = createCoalescedFinder(verified, counters);
  const lookup = createCachedLookup({ finder, counters, logger, now, ...cache });

  return {
    find: lookup.find,
    peek: lookup.peek,
    isNameTaken: createNameCheck(createCatalogCaller(catalog, auth, now), batch.timeoutMs),
    get stats() {
      return { entries: lookup.size(), ...counters };
    },
    clear: () => lookup.forget(),
    async delete(query) {
      lookup.forget(query);
      await shared?.delete(query);
    },
  };
}

function withDefaults<T extends object>(defaults: T, given: Partial<T> = {}): T {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}
