import type { Entity } from '@backstage/catalog-model';
import type { UserQuery } from './UserQuery';

/**
 * What the catalog said to a {@link UserQuery}.
 *
 * - `entities`: the `User` entities that answer the query, every one checked again on our side;
 *   none, one or more. `staleForMs` is set when the catalog could not be asked and an expired entry
 *   was served instead: how long ago, in milliseconds, it expired.
 * - `conflict`: the source could only say that there are several, not which.
 * - `unavailable`: the catalog could not be asked, or what answered was not the catalog.
 *
 * @public
 */
export type UserLookupAnswer =
  | {
      readonly type: 'entities';
      readonly entities: readonly Entity[];
      readonly staleForMs?: number;
      /** Candidates of the catalog that did not stand the check, for the trace. */
      readonly rejected?: readonly RejectedCandidate[];
    }
  | { readonly type: 'conflict' }
  | { readonly type: 'unavailable'; readonly cause: unknown };

/**
 * An entity that the catalog offered and our own check refused.
 *
 * @public
 */
export interface RejectedCandidate {
  /** `unknown` when what was offered has no name. */
  readonly entityRef: string;
  readonly reason: string;
}

/**
 * How to look somebody up.
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
 * Finds `User` entities. `find` never throws and never rejects: that the catalog cannot be asked is an
 * answer.
 *
 * @public
 */
export interface CatalogUserLookup {
  /** Finds the users that answer the query. */
  find(query: UserQuery, options?: UserLookupOptions): Promise<UserLookupAnswer>;
  /**
   * Whether a name is somebody's: a `User` or a `Group` has it in this namespace, in any case of
   * letters, or an entity is owned by one of that name which is not there any more. Asked before
   * `dangerouslyAllowSignInWithoutUserInCatalog` gives the name away, and never answered from memory;
   * a lookup without this method signs nobody in that way.
   *
   * Rejects when the catalog cannot be asked.
   */
  isNameTaken?(ref: { readonly namespace: string; readonly name: string }): Promise<boolean>;
}
