import type { Entity } from '@backstage/catalog-model';
import type { UserQuery } from './UserQuery';

/**
 * The bottom of the lookup stack: what asks a catalog.
 *
 * Contract of `findMany`: the promise never rejects; the result has the same length and order as
 * the queries; one failing query does not fail its neighbours. Entities are unchecked candidates.
 *
 * @internal
 */
export interface UserSource {
  findMany(queries: readonly UserQuery[]): Promise<readonly SourceAnswer[]>;
}

/** @internal */
export type SourceAnswer =
  | { readonly type: 'entities'; readonly entities: readonly Entity[] }
  | { readonly type: 'conflict' }
  | { readonly type: 'unavailable'; readonly cause: unknown };
