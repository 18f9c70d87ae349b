/**
 * Options that `audit` and `explain` share.
 *
 * @internal
 */
export interface WorldOptions {
  readonly config: readonly string[];
  readonly env?: string;
  readonly users?: string;
  readonly entities?: string;
}
