import { mockServices } from '@backstage/backend-test-utils';
import type { CatalogApi } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import { createCatalogUserLookup } from '../../src/lookup';
import type { CatalogUserLookupOptions, UserLookupAnswer } from '../../src/lookup';
import { deferred, settled } from '../support/controlled';
import { byEmail, byName, user } from './support/people';

interface Held {
  readonly emails: readonly string[];
  answered: boolean;
  answer(changes?: { readonly title?: string }): Promise<void>;
}

/** A catalog whose answers the test gives, one by one, in any order. */
function heldCatalog(options: Partial<CatalogUserLookupOptions> = {}) {
  const held: Held[] = [];
  let open = 0;
  let mostOpen = 0;
  const hold = async (emails: readonly string[]) => {
    const { promise, resolve } = deferred<{ items: Entity[]; pageInfo: object }>();
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    held.push({
      emails,
      answered: false,
      async answer({ title } = {}) {
        this.answered = true;
        const items = emails.map(email => {
          const entity = user(email.split('@')[0]!, { email });
          return title ? { ...entity, metadata: { ...entity.metadata, title } } : entity;
        });
        open -= 1;
        resolve({ items, pageInfo: {} });
        await settled();
      },
    });
    return promise;
  };
  const catalog = {
    queryEntities: ({ query }: { query: { $all: [Record<string, { $in: string[] }>] } }) =>
      hold(query.$all[0]['spec.profile.email']!.$in),
    getEntities: ({ filter }: { filter: Record<string, string[]> }) =>
      hold(filter['spec.profile.email']!),
    getEntitiesByRefs: () => new Promise(() => undefined),
  };
  const lookup = createCatalogUserLookup({
    // Three of the client's methods are all that is called.
    catalog: catalog as unknown as CatalogApi,
    auth: mockServices.auth(),
    maxValuesPerRequest: 10,
    now: Date.now,
    ...options,
  });
  return { lookup, held, mostOpen: () => mostOpen };
}

/** What has been answered so far, in the order of the questions. */
function watch(answers: readonly Promise<UserLookupAnswer>[]) {
  const seen: (string | undefined)[] = answers.map(() => undefined);
  answers.forEach((answer, index) => {
    void answer.then(value => {
      seen[index] =
        value.type === 'entities' ? value.entities.map(e => e.metadata.name).join() : value.type;
    });
  });
  return {
    seen,
    count: (wanted: string) => seen.filter(each => each === wanted).length,
    open: () => seen.filter(each => each === undefined).length,
  };
}

const emails = (count: number) => Array.from({ length: count }, (_, index) => `p${index}@x.y`);

describe('a thousand different people at once, in front of a slow catalog', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('are answered as the answers come, by a bounded number of requests, each with its own limit', async () => {
    const { lookup, held, mostOpen } = heldCatalog();
    const answers = watch(emails(1000).map(email => lookup.find(byEmail(email))));
    await settled();
    expect(held).toHaveLength(10);
    expect(held.every(request => request.emails.length === 10)).toBe(true);

    // One after the other, and out of order, while others go on waiting.
    for (let round = 0; round < 25; round += 1) {
      await held
        .filter(request => !request.answered)
        .at(round % 2 === 0 ? 0 : -1)!
        .answer();
      expect(answers.open()).toBe(1000 - 10 * (round + 1));
      expect(held).toHaveLength(11 + round);
    }
    expect(answers.count('unavailable')).toBe(0);

    await jest.advanceTimersByTimeAsync(9_999);
    expect(answers.open()).toBe(750);
    await jest.advanceTimersByTimeAsync(1);
    await settled();
    expect(answers.open()).toBe(0);
    expect(answers.count('unavailable')).toBe(750);
    for (const [index, answer] of answers.seen.entries()) {
      expect([`p${index}`, 'unavailable']).toContain(answer);
    }
    // What still waited for its turn was never sent.
    expect(held).toHaveLength(35);
    expect(mostOpen()).toBe(10);
    expect(lookup.size).toBe(250);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('do not take the turn of those who come later with requests that never end', async () => {
    const { lookup, held } = heldCatalog();
    const first = watch(emails(200).map(email => lookup.find(byEmail(email))));
    await settled();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(first.count('unavailable')).toBe(200);
    const later = watch([lookup.find(byEmail('late@x.y'))]);
    await settled();
    await held.at(-1)!.answer();
    expect(later.seen).toEqual(['late']);
  });

  it('let a question in between have its turn, and no longer than its own limit', async () => {
    const { lookup, held } = heldCatalog();
    const crowd = watch(emails(200).map(email => lookup.find(byEmail(email))));
    await settled();
    await jest.advanceTimersByTimeAsync(9_000);
    const one = watch([lookup.find(byEmail('one@x.y'))]);
    await settled();
    await jest.advanceTimersByTimeAsync(1_000);
    // The crowd is gone, whose time is up; this one has nine seconds left, and its turn.
    expect(crowd.count('unavailable')).toBe(200);
    expect(held.at(-1)!.emails).toEqual(['one@x.y']);
    expect(one.seen).toEqual([undefined]);
    await jest.advanceTimersByTimeAsync(8_999);
    expect(one.seen).toEqual([undefined]);
    await jest.advanceTimersByTimeAsync(1);
    await settled();
    expect(one.seen).toEqual(['unavailable']);
  });

  it('are not kept waiting by a catalog that hangs for names', async () => {
    const { lookup, held } = heldCatalog();
    const names = watch([lookup.find(byName('a'))]);
    const mails = watch([lookup.find(byEmail('b@x.y'))]);
    await settled();
    await held[0]!.answer();
    expect(mails.seen).toEqual(['b']);
    await jest.advanceTimersByTimeAsync(10_000);
    await settled();
    expect(names.seen).toEqual(['unavailable']);
  });

  it('an answer that comes too late is dropped, and replaces none that came since', async () => {
    const { lookup, held } = heldCatalog();
    const tooLate = lookup.find(byEmail('ada@x.y'));
    await settled();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await tooLate).toMatchObject({ type: 'unavailable', cause: { name: 'TimeoutError' } });

    const again = lookup.find(byEmail('ada@x.y'));
    await settled();
    await held[1]!.answer({ title: 'new' });
    expect(await again).toMatchObject({ entities: [{ metadata: { title: 'new' } }] });
    await held[0]!.answer({ title: 'old' });
    expect(await lookup.find(byEmail('ada@x.y'))).toBe(await again);
    expect(held).toHaveLength(2);
  });
});
