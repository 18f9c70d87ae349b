/**
 * How long answers are remembered, and how many.
 *
 * @public
 */
export interface UserLookupCacheSettings {
  /** Milliseconds that exactly one user is remembered. `0` = ask every time. Default 60,000. */
  readonly ttlMs: number;
  /** Milliseconds that "nobody" and "several" are remembered. `0` = ask every time. Default 5,000. */
  readonly notFoundTtlMs: number;
  /**
   * Milliseconds that an expired answer may still serve the refresh of an existing session while the
   * catalog cannot be asked. Never a first sign-in, never "nobody" or "several". `0` = never.
   * Default one hour.
   */
  readonly staleIfErrorMs: number;
  /** Most answers in memory; the least recently used one goes first. At least 1. Default 10,000. */
  readonly maxEntries: number;
}

/** @internal */
export const defaultCacheSettings: UserLookupCacheSettings = {
  ttlMs: 60_000,
  notFoundTtlMs: 5_000,
  staleIfErrorMs: 3_600_000,
  maxEntries: 10_000,
};
