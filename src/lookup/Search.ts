import type { Entity } from '@backstage/catalog-model';
import type { UserQueryField } from './UserQuery';

/** @internal */
export interface SearchRequest {
  readonly field: UserQueryField;
  /** Distinct canonical values. */
  readonly values: readonly string[];
  /** What to fetch of an entity; empty = everything. */
  readonly fields: string[];
}

/**
 * One way to ask the catalog for users by a field: candidates for any of the values. Too many are
 * fine, as everything is checked again; one too few is not. Rejects with what the catalog threw.
 *
 * @internal
 */
export type Search = (request: SearchRequest) => Promise<readonly Entity[]>;

/**
 * A way to answer that is not for every request.
 *
 * @internal
 */
export interface Shortcut<TRequest = SearchRequest, TAnswer = readonly Entity[]> {
  suits(request: TRequest): boolean;
  /** `undefined`: this way cannot say. */
  search(request: TRequest): Promise<TAnswer | undefined>;
}
