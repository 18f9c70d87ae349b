import type { UserQuery } from './UserQuery';

/**
 * The interface of every layer between the source and the cache in memory. Queries are canonical;
 * `find` never rejects.
 *
 * @internal
 */
export interface Finder<TAnswer> {
  find(query: UserQuery): Promise<Finding<TAnswer>>;
}

/** @internal */
export interface Finding<TAnswer> {
  readonly answer: TAnswer;
  /** How long ago the catalog gave the answer, in milliseconds. */
  readonly ageMs: number;
}
