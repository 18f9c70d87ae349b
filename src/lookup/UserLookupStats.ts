/**
 * Counters of a lookup since it was made.
 *
 * @public
 */
export interface UserLookupStats {
  /** Answers in memory now. */
  readonly entries: number;
  /** Answered from memory. */
  readonly hits: number;
  /** Not in memory, or no longer fresh. */
  readonly misses: number;
  /** Misses that joined a request for the same query that was already under way. */
  readonly coalesced: number;
  /** Refreshes answered from an expired entry, because the catalog could not be asked. */
  readonly stale: number;
  /** Misses answered by the shared cache. */
  readonly sharedHits: number;
  /** Times that the shared cache failed, was too slow or held something unusable. */
  readonly sharedFailures: number;
  /** Groups of queries that were sent to the catalog together. */
  readonly batches: number;
  /** Queries in those groups. */
  readonly batchedQueries: number;
  /** Queries that the catalog could not answer. */
  readonly failures: number;
}

/** @internal */
export type LookupCounters = { -readonly [K in Exclude<keyof UserLookupStats, 'entries'>]: number };

/** @internal */
export function createLookupCounters(): LookupCounters {
  return {
    hits: 0,
    misses: 0,
    coalesced: 0,
    stale: 0,
    sharedHits: 0,
    sharedFailures: 0,
    batches: 0,
    batchedQueries: 0,
    failures: 0,
  };
}
