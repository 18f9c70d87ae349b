import type { SourceAnswer, UserQuery } from '../../src/lookup';
import { createBatchedFinder } from '../../src/lookup/createBatchedFinder';
import { createLookupCounters } from '../../src/lookup/UserLookupStats';
import { deferred } from './support/controlled';
import { byEmail, byName, user } from './support/people';

function setUp(findMany: (queries: readonly UserQuery[]) => Promise<readonly SourceAnswer[]>) {
  const asked: (readonly UserQuery[])[] = [];
  const flushes: (() => void)[] = [];
  const counters = createLookupCounters();
  const finder = createBatchedFinder({
    source: {
      findMany(queries) {
        asked.push(queries);
        return findMany(queries);
      },
    },
    counters,
    timeoutMs: 1_000,
    schedule: flush => flushes.push(flush),
  });
  return { finder, asked, flushes, counters };
}

function echo(queries: readonly UserQuery[]): Promise<readonly SourceAnswer[]> {
  const answers = queries.map(query => ({
    type: 'entities' as const,
    entities: [user(query.by === 'ref' ? query.name : query.value)],
  }));
  return Promise.resolve(answers);
}

describe('the batching of queries', () => {
  it('hands over what one moment brought, and gives each query its own answer', async () => {
    const { finder, asked, flushes, counters } = setUp(echo);
    const queries = [byName('a'), byEmail('b@x.y'), byName('c')];
    const found = queries.map(query => finder.find(query));
    expect(asked).toEqual([]);
    expect(flushes).toHaveLength(1);
    flushes[0]!();
    const names = (await Promise.all(found)).map(
      ({ answer }) => answer.type === 'entities' && answer.entities[0]?.metadata.name,
    );
    expect(names).toEqual(['a', 'b@x.y', 'c']);
    expect(asked).toEqual([queries]);
    expect(counters).toMatchObject({ batches: 1, batchedQueries: 3, failures: 0 });
  });

  it('opens a new batch for what comes after the moment', async () => {
    const { finder, asked, flushes } = setUp(echo);
    const first = finder.find(byName('a'));
    flushes[0]!();
    const second = finder.find(byName('b'));
    flushes[1]!();
    await Promise.all([first, second]);
    expect(asked).toEqual([[byName('a')], [byName('b')]]);
  });

  it('answers "unavailable" to everybody when a source breaks its contract and rejects', async () => {
    const cause = new Error('down');
    const { finder, flushes, counters } = setUp(() => Promise.reject(cause));
    const found = [finder.find(byName('a')), finder.find(byName('b'))];
    flushes[0]!();
    for (const finding of await Promise.all(found)) {
      expect(finding.answer).toEqual({ type: 'unavailable', cause });
    }
    expect(counters.failures).toBe(2);
  });

  it('does not wait for a catalog that hangs', async () => {
    jest.useFakeTimers();
    try {
      const { finder, flushes } = setUp(() => deferred<readonly SourceAnswer[]>().promise);
      const found = finder.find(byName('a'));
      flushes[0]!();
      await jest.advanceTimersByTimeAsync(1_000);
      const { answer } = await found;
      expect(answer).toMatchObject({ type: 'unavailable', cause: { name: 'TimeoutError' } });
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
