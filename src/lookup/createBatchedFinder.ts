import type { Finder, Finding } from './Finder';
import type { LookupCounters } from './UserLookupStats';
import type { UserQuery } from './UserQuery';
import type { SourceAnswer, UserSource } from './UserSource';
import { withTimeout } from '../shared';

/** @internal */
export interface BatchedFinderOptions {
  readonly source: UserSource;
  readonly counters: LookupCounters;
  /** How long the catalog may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Calls back when a moment is over. */
  readonly schedule: (flush: () => void) => void;
}

/**
 * Hands the queries of one moment to the source together: those of one chain, and those of sign-ins
 * whose requests arrived in the same turn of the event loop.
 *
 * @internal
 */
export function createBatchedFinder(options: BatchedFinderOptions): Finder<SourceAnswer> {
  const { counters, schedule } = options;
  let waiting: Waiting[] = [];

  function flush(): void {
    const batch = waiting;
    waiting = [];
    counters.batches += 1;
    counters.batchedQueries += batch.length;
    void deliver(batch, options);
  }

  return {
    find: query =>
      new Promise(resolve => {
        if (waiting.length === 0) schedule(flush);
        waiting.push({ query, resolve });
      }),
  };
}

interface Waiting {
  readonly query: UserQuery;
  readonly resolve: (finding: Finding<SourceAnswer>) => void;
}

async function deliver(
  batch: readonly Waiting[],
  { source, timeoutMs, counters }: BatchedFinderOptions,
): Promise<void> {
  const queries = batch.map(each => each.query);
  const answers = await withTimeout(() => source.findMany(queries), { timeoutMs }).catch(
    (cause: unknown) => queries.map((): SourceAnswer => ({ type: 'unavailable', cause })),
  );
  batch.forEach(({ resolve }, index) => {
    const answer = answers[index]!;
    if (answer.type === 'unavailable') counters.failures += 1;
    resolve({ answer, ageMs: 0 });
  });
}
