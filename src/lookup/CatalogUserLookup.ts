import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { HumanDuration } from '@backstage/types';
import type { UserQuery } from './UserQuery';

/**
 * The catalog's answer to a {@link UserQuery}.
 *
 * - `entities`: the `User` entities that match the query, each verified in this package; none, one
 *   or more. `staleForMs` is set when the catalog was unavailable and an expired entry
 *   was used instead: how long ago, in milliseconds, it expired.
 * - `conflict`: there are several, and the source does not say which.
 * - `unavailable`: the catalog did not answer, or the answer was not that of a catalog.
 *
 * @public
 */
export type UserLookupAnswer =
  | {
      readonly type: 'entities';
      readonly entities: readonly Entity[];
      readonly staleForMs?: number;
      /**
       * Candidates of the catalog that do not match, for the trace. The ref is `unknown` when a
       * candidate has no name.
       */
      readonly rejected?: readonly { readonly entityRef: string; readonly reason: string }[];
    }
  | { readonly type: 'conflict' }
  | { readonly type: 'unavailable'; readonly cause: unknown };

/**
 * Finds `User` entities. `find` never throws and never rejects: an unavailable catalog is one of
 * its answers.
 *
 * @public
 */
export interface CatalogUserLookup {
  /**
   * Finds the users that match the query.
   *
   * @param options - `refresh`: whether the person already has a session. Only then may an expired
   * answer be served while the catalog is unavailable. Default `false`.
   */
  find(query: UserQuery, options?: { readonly refresh?: boolean }): Promise<UserLookupAnswer>;
  /**
   * Whether a name is taken: a `User` or a `Group` in this namespace has it, in any letter case, or
   * an entity has an owner of this name that no longer exists. Called before
   * `dangerouslyAllowSignInWithoutUserInCatalog` gives a name to somebody, and never answered from
   * the cache. A lookup without this method signs nobody in without an entity.
   *
   * Rejects when the catalog is unavailable.
   */
  isNameTaken?(ref: { readonly namespace: string; readonly name: string }): Promise<boolean>;
}

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
   * How long a user is cached. `{ seconds: 0 }` = ask every time. Default one minute.
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
  /** Time limit of a query. Default ten seconds. */
  readonly timeout?: HumanDuration;
  /** Maximum number of cached answers. The least recently used one is removed first. Default 10,000. */
  readonly maxEntries?: number;
  /** Maximum number of names in one request to the catalog. Default 1,000, the limit of the client. */
  readonly maxRefsPerRequest?: number;
  /** Maximum number of emails or annotation values in one request to the catalog. Default 100. */
  readonly maxValuesPerRequest?: number;
  /**
   * What is cached of a user: `all`, because an `AuthOwnershipResolver` may need any part of the entity,
   * or `identity`: kind, name, namespace, email, memberships, the annotation that was matched, and
   * those whose key ends with `/user-id`, which name the account. Default `all`.
   */
  readonly fields?: 'all' | 'identity';
  /** A monotonic clock, in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}
