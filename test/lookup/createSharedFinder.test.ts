import type { CacheService } from '@backstage/backend-plugin-api';
import type { SourceAnswer } from '../../src/lookup';
import { createSharedFinder } from '../../src/lookup/createSharedFinder';
import { createLookupCounters } from '../../src/lookup/UserLookupStats';
import { createLogRecorder } from '../support/createLogRecorder';
import { controlledFinder, deferred, fakeClock, settled } from './support/controlled';
import { byEmail, byName, user } from './support/people';

const ada: SourceAnswer = { type: 'entities', entities: [user('ada', { email: 'ada@x.y' })] };
const none: SourceAnswer = { type: 'entities', entities: [] };

/** A cache service over a map; the tests break it in every way. */
function memoryCache() {
  const stored = new Map<string, { value: unknown; ttl: unknown }>();
  const cache: CacheService = {
    get: async key => stored.get(key)?.value as never,
    set: async (key, value, options) => void stored.set(key, { value, ttl: options?.ttl }),
    delete: async key => void stored.delete(key),
    withOptions: () => cache,
  };
  return { cache, stored };
}

function setUp(cache: CacheService, settings: { ttlMs?: number; notFoundTtlMs?: number } = {}) {
  const below = controlledFinder<SourceAnswer>();
  const counters = createLookupCounters();
  const { logger, lines } = createLogRecorder();
  const clock = fakeClock();
  const wall = fakeClock(1_700_000_000_000);
  const finder = createSharedFinder({
    finder: below,
    cache,
    timeoutMs: 75,
    ttlMs: 60_000,
    notFoundTtlMs: 5_000,
    ...settings,
    variant: 'all',
    logger,
    counters,
    now: clock.now,
    wallClock: wall.now,
  });
  async function ask(query = byName('ada'), answer: SourceAnswer = ada) {
    const calls = below.calls.length;
    const found = finder.find(query);
    await settled();
    const asked = below.calls.length > calls;
    if (asked) await below.calls.at(-1)!.answer(answer);
    return { ...(await found), asked };
  }
  return { finder, below, counters, lines, clock, wall, ask };
}

describe('the shared cache', () => {
  it('lets a second backend have the answer of the first, and says how old it is', async () => {
    const { cache, stored } = memoryCache();
    const first = setUp(cache);
    expect(await first.ask()).toMatchObject({ answer: ada, ageMs: 0, asked: true });
    const second = setUp(cache);
    second.wall.advance(40_000);
    expect(await second.ask()).toMatchObject({ answer: ada, ageMs: 40_000, asked: false });
    expect(second.counters.sharedHits).toBe(1);
    expect([...stored.values()].map(entry => entry.ttl)).toEqual([60_000]);
  });

  it('does not believe an entry that outlived its time, nor one from the future', async () => {
    const { cache } = memoryCache();
    await setUp(cache).ask();
    const late = setUp(cache);
    late.wall.advance(60_000);
    expect((await late.ask()).asked).toBe(true);
    const early = setUp(cache);
    early.wall.advance(-3_600_000);
    expect(await early.ask()).toMatchObject({ ageMs: 0, asked: false });
  });

  it('keeps "nobody" for the shorter time', async () => {
    const { cache, stored } = memoryCache();
    await setUp(cache).ask(byName('ada'), none);
    expect([...stored.values()].map(entry => entry.ttl)).toEqual([5_000]);
    const second = setUp(cache);
    second.wall.advance(5_000);
    expect((await second.ask()).asked).toBe(true);
  });

  it.each([
    ['a failure', { type: 'unavailable', cause: new Error('down') }],
    ['a conflict', { type: 'conflict' }],
  ] as const)('never keeps %s', async (_, answer) => {
    const { cache, stored } = memoryCache();
    await setUp(cache).ask(byName('ada'), answer);
    expect(stored.size).toBe(0);
  });

  it('keeps nothing when nothing shall be remembered', async () => {
    const { cache, stored } = memoryCache();
    await setUp(cache, { ttlMs: 0, notFoundTtlMs: 0 }).ask();
    expect(stored.size).toBe(0);
  });

  it('keeps only what stood the check', async () => {
    const { cache, stored } = memoryCache();
    const twin = user('kelvin', { email: '\u212aim@x.y' });
    const kim = user('kim', { email: 'kim@x.y' });
    await setUp(cache).ask(byEmail('kim@x.y'), { type: 'entities', entities: [twin, kim] });
    expect([...stored.values()]).toMatchObject([{ value: { entities: [kim] }, ttl: 60_000 }]);
  });

  it('uses keys that show nobody, are short, and differ by query', async () => {
    const { cache, stored } = memoryCache();
    const { ask } = setUp(cache);
    await ask(byEmail('ada.lovelace@corp.example'));
    await ask(byEmail(`${'x'.repeat(150)}@corp.example`));
    await ask(byName('ada'));
    const keys = [...stored.keys()];
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(/^bitbucket-server-user:1:all:[\w-]{43}$/);
  });

  it('forgets an answer when told to', async () => {
    const { cache, stored } = memoryCache();
    const { ask, finder } = setUp(cache);
    await ask();
    await finder.delete(byName('ada'));
    expect(stored.size).toBe(0);
  });
});

describe('a shared cache in trouble', () => {
  it.each([
    ['a text', 'text'],
    ['a number', 7],
    ['a list', []],
    ['nothing of an entry', {}],
    ['another version', { v: 2, at: 1, entities: [] }],
    ['a time that is none', { v: 1, at: '1', entities: [] }],
    ['half an entity', { v: 1, at: 1, entities: [{ kind: 'User' }] }],
    ['a name that is none', { v: 1, at: 1, entities: [{ ...user('ada'), metadata: { name: 7 } }] }],
    ['a crowd', { v: 1, at: 1, entities: Array.from({ length: 101 }, () => user('ada')) }],
  ])('is as if it were not there when it holds %s', async (_, value) => {
    const { cache } = memoryCache();
    const { ask, lines, counters } = setUp({ ...cache, get: async () => value as never });
    expect(await ask()).toMatchObject({ answer: ada, asked: true });
    expect(await ask()).toMatchObject({ answer: ada, asked: true });
    expect(lines.filter(line => line.startsWith('warn'))).toHaveLength(1);
    expect(counters.sharedFailures).toBe(2);
  });

  it('is left alone for a while after a failure, and logged once until it works again', async () => {
    const { cache } = memoryCache();
    let broken = true;
    let gets = 0;
    const flaky: CacheService = {
      ...cache,
      get: key => {
        gets += 1;
        return broken ? Promise.reject(new Error('ECONNREFUSED')) : cache.get(key);
      },
    };
    const { ask, clock, lines } = setUp(flaky);
    for (let count = 0; count < 5; count += 1) expect((await ask()).asked).toBe(true);
    expect(gets).toBe(1);
    clock.advance(5_001);
    await ask();
    expect(gets).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/^warn: .*ECONNREFUSED.*doing without it$/)]);
    broken = false;
    clock.advance(5_001);
    await ask();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^info: .*works again$/);
  });

  it('that fails on writing only does not disturb anybody', async () => {
    const { cache } = memoryCache();
    const failing = { ...cache, set: () => Promise.reject(new Error('OOM')) };
    expect(await setUp(failing).ask()).toMatchObject({ answer: ada });
    await settled();
  });

  it('that throws at once instead of rejecting is no different', async () => {
    const { cache } = memoryCache();
    const throwing = {
      ...cache,
      get: () => {
        throw new Error('not connected');
      },
    };
    expect(await setUp(throwing).ask()).toMatchObject({ answer: ada, asked: true });
  });

  it('may take its time budget and no more', async () => {
    jest.useFakeTimers();
    try {
      const { cache } = memoryCache();
      const late = deferred<undefined>();
      const { finder, below } = setUp({ ...cache, get: () => late.promise as never });
      const found = finder.find(byName('ada'));
      await jest.advanceTimersByTimeAsync(74);
      expect(below.calls).toHaveLength(0);
      await jest.advanceTimersByTimeAsync(1);
      expect(below.calls).toHaveLength(1);
      await below.calls[0]!.answer(ada);
      expect((await found).answer).toBe(ada);
      late.reject(new Error('too late to matter'));
      await settled();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
