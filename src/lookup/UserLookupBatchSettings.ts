/**
 * How queries of one moment are joined.
 *
 * @public
 */
export interface UserLookupBatchSettings {
  /** Most names in one request to the catalog. Default 1,000, as many as the client sends at once. */
  readonly refsPerRequest: number;
  /** Most emails or annotation values in one request to the catalog. Default 100. */
  readonly valuesPerRequest: number;
  /** Milliseconds that the catalog may take to answer. Default 10,000. */
  readonly timeoutMs: number;
}

/** @internal */
export const defaultBatchSettings: UserLookupBatchSettings = {
  refsPerRequest: 1_000,
  valuesPerRequest: 100,
  timeoutMs: 10_000,
};
