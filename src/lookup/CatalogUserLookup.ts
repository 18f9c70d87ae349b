import type { Entity } from '@backstage/catalog-model';
import type { UserQuery } from './UserQuery';

/**
 * The catalog's answer to a {@link UserQuery}.
 *
 * - `entities`: the `User` entities that answer the query, every one checked again on our side;
 *   none, one or more. `staleForMs` is set when the catalog was unavailable and an expired entry
 *   was used instead: how long ago, in milliseconds, it expired.
 * - `conflict`: there are several, and the source does not say which.
 * - `unavailable`: the catalog did not answer, or something else answered in its place.
 *
 * @public
 */
export type UserLookupAnswer =
  | {
      readonly type: 'entities';
      readonly entities: readonly Entity[];
      readonly staleForMs?: number;
      /** Candidates of the catalog that failed the check, for the trace. */
      readonly rejected?: readonly RejectedCandidate[];
    }
  | { readonly type: 'conflict' }
  | { readonly type: 'unavailable'; readonly cause: unknown };

/**
 * An entity that the catalog returned and our own check refused.
 *
 * @public
 */
export interface RejectedCandidate {
  /** `unknown` when what was offered has no name. */
  readonly entityRef: string;
  readonly reason: string;
}

/**
 * Options of a lookup.
 *
 * @public
 */
export interface UserLookupOptions {
  /**
   * Whether the person already has a session (a refresh). Only then may an expired answer be served
   * while the catalog is unavailable. Default `false`.
   */
  readonly refresh?: boolean;
}

/**
 * Finds `User` entities. `find` never throws and never rejects: an unavailable catalog is one of
 * its answers.
 *
 * @public
 */
export interface CatalogUserLookup {
  /** Finds the users that answer the query. */
  find(query: UserQuery, options?: UserLookupOptions): Promise<UserLookupAnswer>;
  /**
   * Whether a name is taken: a `User` or a `Group` in this namespace has it, in any case of
   * letters, or an entity is owned by one of that name that no longer exists. Called before
   * `dangerouslyAllowSignInWithoutUserInCatalog` gives a name to somebody, and never answered from
   * memory. A lookup without this method signs nobody in without an entity.
   *
   * Rejects when the catalog is unavailable.
   */
  isNameTaken?(ref: { readonly namespace: string; readonly name: string }): Promise<boolean>;
}
