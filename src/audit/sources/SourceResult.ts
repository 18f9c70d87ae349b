/**
 * What a source gave.
 *
 * @internal
 */
export interface SourceResult<T> {
  readonly items: readonly T[];
  /** What a reader of the report should know. */
  readonly notes: readonly string[];
  /** What is not there because the run was interrupted. */
  readonly missing?: string;
}
