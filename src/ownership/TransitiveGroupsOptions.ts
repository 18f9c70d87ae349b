import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { UserLookupCacheSettings } from '../lookup';

/** @public */
export interface TransitiveGroupsOptions {
  readonly catalog: CatalogService | CatalogApi;
  readonly auth: AuthService;
  /**
   * How long the parents of a group are remembered, and of how many groups. The settings and their
   * defaults are those of the lookup of users.
   */
  readonly cache?: Partial<UserLookupCacheSettings>;
  /** Levels of parents that are followed, each at most one latency of the catalog. Default 20. */
  readonly maxDepth?: number;
  /** Refs that a person may have in all; groups beyond are left out. Default 500. */
  readonly maxRefs?: number;
  /** Milliseconds that the catalog may take to answer. Default 10,000. */
  readonly timeoutMs?: number;
  /** Told when a limit was reached, once for each. Default: nobody. */
  readonly logger?: LoggerService;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}
