import type { UserLookupAnswer } from '../../src/lookup';
import { createCachedLookup } from '../../src/lookup/createCachedLookup';
import { createLookupCounters } from '../../src/lookup/UserLookupStats';
import { defaultCacheSettings } from '../../src/lookup/UserLookupCacheSettings';
import { createLogRecorder } from '../support/createLogRecorder';
import { controlledFinder, fakeClock } from './support/controlled';
import { byEmail, byField, byName, user } from './support/people';

const ada = { type: 'entities', entities: [user('ada')] } as const;
const newAda = { type: 'entities', entities: [user('ada', { email: 'new@x.y' })] } as const;
const several = { type: 'entities', entities: [user('a'), user('b')] } as const;
const none = { type: 'entities', entities: [] } as const;
const down = { type: 'unavailable', cause: new Error('down') } as const;

function setUp(settings: Partial<typeof defaultCacheSettings> = {}) {
  const clock = fakeClock();
  const counters = createLookupCounters();
  const below = controlledFinder<UserLookupAnswer>();
  const forgotten: (string | undefined)[] = [];
  const { logger, lines } = createLogRecorder();
  const lookup = createCachedLookup({
    ...defaultCacheSettings,
    ...settings,
    finder: { find: below.find, forget: key => void forgotten.push(key) },
    counters,
    logger,
    now: clock.now,
  });
  async function fill(query: ReturnType<typeof byName>, answer: UserLookupAnswer, ageMs = 0) {
    const found = lookup.find(query);
    await below.calls.at(-1)!.answer(answer, ageMs);
    return found;
  }
  async function refresh(query: ReturnType<typeof byName>, answer: UserLookupAnswer) {
    const found = lookup.find(query, { refresh: true });
    await below.calls.at(-1)!.answer(answer);
    return found;
  }
  return { lookup, below, clock, counters, lines, forgotten, fill, refresh };
}

describe('the cache in memory', () => {
  it('answers from memory for the time to live, and not a millisecond longer', async () => {
    const { lookup, below, clock, fill, counters } = setUp();
    await fill(byName('ada'), ada);
    clock.advance(59_999);
    expect(await lookup.find(byName('Ada'))).toBe(ada);
    expect(lookup.peek(byName('ADA'))).toBe(ada);
    clock.advance(1);
    expect(lookup.peek(byName('ada'))).toBeUndefined();
    void lookup.find(byName('ada'));
    expect(below.calls).toHaveLength(2);
    expect(counters).toMatchObject({ hits: 2, misses: 2 });
  });

  it.each([
    ['nobody', none],
    ['several', several],
  ])('remembers %s for the shorter time only', async (_, answer) => {
    const { lookup, clock, fill } = setUp();
    await fill(byEmail('x@y.z'), answer);
    clock.advance(4_999);
    expect(lookup.peek(byEmail('x@y.z'))).toBe(answer);
    clock.advance(1);
    expect(lookup.peek(byEmail('x@y.z'))).toBeUndefined();
  });

  it.each([down, { type: 'conflict' } as const])('does not remember %j', async answer => {
    const { lookup, fill } = setUp();
    expect(await fill(byName('ada'), answer)).toBe(answer);
    expect(lookup.peek(byName('ada'))).toBeUndefined();
    expect(lookup.size()).toBe(0);
  });

  it('counts the age that an answer brings along', async () => {
    const { lookup, clock, fill } = setUp();
    await fill(byName('ada'), ada, 50_000);
    clock.advance(10_000);
    expect(lookup.peek(byName('ada'))).toBeUndefined();
  });

  it('asks every time when the time to live is 0', async () => {
    const { lookup, fill } = setUp({ ttlMs: 0, notFoundTtlMs: 0 });
    await fill(byName('ada'), ada);
    expect(lookup.peek(byName('ada'))).toBeUndefined();
  });

  it('takes one value in two fields for two questions', async () => {
    const { lookup, fill } = setUp();
    await fill(byName('7'), ada);
    await fill(byField('metadata.annotations.a/id', '7'), none);
    await fill(byField('metadata.annotations.b/id', '7'), several);
    await fill(byName('7', 'other'), newAda);
    expect(lookup.peek(byName('7'))).toBe(ada);
    expect(lookup.peek(byField('metadata.annotations.a/id', '7'))).toBe(none);
    expect(lookup.peek(byField('metadata.annotations.b/id', '7'))).toBe(several);
    expect(lookup.peek(byName('7', 'OTHER'))).toBe(newAda);
    expect(lookup.peek(byField('metadata.name', '7'))).toBeUndefined();
    expect(lookup.size()).toBe(4);
  });

  it('never mistakes a Unicode twin for what it remembers', async () => {
    const { lookup, fill } = setUp();
    await fill(byEmail('kim@x.y'), ada);
    expect(lookup.peek(byEmail('\u212aim@x.y'))).toBeUndefined();
    expect(lookup.peek(byEmail('KIM@x.y'))).toBe(ada);
  });

  it('holds no more answers than it may, and drops the one that was not used for longest', async () => {
    const { lookup, fill } = setUp({ maxEntries: 2 });
    await fill(byName('a'), ada);
    await fill(byName('b'), ada);
    await lookup.find(byName('a'));
    await fill(byName('c'), ada);
    expect(lookup.size()).toBe(2);
    expect(lookup.peek(byName('b'))).toBeUndefined();
    expect(lookup.peek(byName('a'))).toBe(ada);
  });

  it('asks nobody for what no entity can answer', async () => {
    const { lookup, below } = setUp();
    for (const query of [byName('a/b'), byName('..'), byEmail(''), byEmail('a\u0000b')]) {
      expect(await lookup.find(query)).toEqual(none);
    }
    expect(below.calls).toEqual([]);
    expect(lookup.size()).toBe(0);
  });

  it('never lets an older answer overwrite a newer one', async () => {
    const { lookup, below } = setUp();
    void lookup.find(byName('ada'));
    void lookup.find(byName('ada'));
    await below.calls[1]!.answer(newAda);
    await below.calls[0]!.answer(ada);
    expect(lookup.peek(byName('ada'))).toBe(newAda);
  });

  it.each(['clear', 'delete'])('delivers but does not keep what was under way at %s', async how => {
    const { lookup, below, forgotten, fill } = setUp();
    await fill(byName('bob'), ada);
    const found = lookup.find(byName('ada'));
    lookup.forget(how === 'delete' ? byName('Ada') : undefined);
    expect(forgotten).toEqual([how === 'delete' ? 'r\ndefault\nada' : undefined]);
    await below.calls[1]!.answer(ada);
    expect(await found).toBe(ada);
    expect(lookup.peek(byName('ada'))).toBeUndefined();
    expect(lookup.size()).toBe(how === 'delete' ? 1 : 0);
    await fill(byName('ada'), newAda);
    expect(lookup.peek(byName('ada'))).toBe(newAda);
  });
});

describe('an expired answer', () => {
  it('serves a refresh while the catalog is down, and says how old it is', async () => {
    const { clock, fill, refresh, counters, below } = setUp();
    await fill(byName('ada'), ada);
    clock.advance(90_000);
    expect(await refresh(byName('ada'), down)).toEqual({ ...ada, staleForMs: 30_000 });
    expect(counters.stale).toBe(1);
    expect(below.calls).toHaveLength(2);
  });

  it('never serves a first sign-in', async () => {
    const { clock, fill } = setUp();
    await fill(byName('ada'), ada);
    clock.advance(90_000);
    expect(await fill(byName('ada'), down)).toBe(down);
  });

  it.each([none, several])('is never served when it is not exactly one user', async answer => {
    const { clock, fill, refresh } = setUp();
    await fill(byName('ada'), answer);
    clock.advance(6_000);
    expect(await refresh(byName('ada'), down)).toBe(down);
  });

  it('is served up to the bound, and not beyond it', async () => {
    const { clock, fill, refresh } = setUp({ staleIfErrorMs: 1_000 });
    await fill(byName('ada'), ada);
    clock.advance(61_000);
    expect(await refresh(byName('ada'), down)).toMatchObject({ staleForMs: 1_000 });
    clock.advance(1);
    expect(await refresh(byName('ada'), down)).toBe(down);
  });

  it('is never served when the bound is 0', async () => {
    const { clock, fill, refresh } = setUp({ staleIfErrorMs: 0 });
    await fill(byName('ada'), ada);
    clock.advance(60_001);
    expect(await refresh(byName('ada'), down)).toBe(down);
  });

  it('gives way to what the catalog said since', async () => {
    const { clock, fill, refresh } = setUp();
    await fill(byName('ada'), ada);
    clock.advance(60_000);
    await fill(byName('ada'), none);
    clock.advance(6_000);
    expect(await refresh(byName('ada'), down)).toBe(down);
  });

  it('is logged once per incident, with its age and without a name', async () => {
    const { clock, fill, refresh, lines } = setUp();
    await fill(byName('ada'), ada);
    await fill(byName('bob'), ada);
    clock.advance(90_000);
    await refresh(byName('ada'), down);
    await refresh(byName('bob'), down);
    expect(lines).toEqual([expect.stringMatching(/^warn: .*expired 30 s ago$/)]);
    expect(lines[0]).not.toMatch(/ada/i);
    await fill(byName('ada'), ada);
    expect(lines[1]).toBe('info: The catalog answers again');
    clock.advance(90_000);
    await refresh(byName('ada'), down);
    expect(lines).toHaveLength(3);
  });
});
