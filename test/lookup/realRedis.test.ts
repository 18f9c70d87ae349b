import { mockServices } from '@backstage/backend-test-utils';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { createCatalogUserLookup } from '../../src/lookup';
import type { CatalogUserLookupOptions, UserLookupAnswer } from '../../src/lookup';
import { createLogRecorder } from '../support/createLogRecorder';
import { byEmail, byName, user } from './support/people';
import { startCacheBackend } from './support/startCacheBackend';
import { startCacheProcess } from './support/startCacheProcess';
import type { CacheBackend } from './support/startCacheBackend';
import { startRedis } from './support/startRedis';

const people = [
  user('ada', { email: 'ada@corp.example', memberOf: ['team'] }),
  user('kim', { email: 'kim@corp.example' }),
  user('kelvin', { email: '\u212aim@corp.example' }),
];

/** A catalog that counts, shared by all backends of a test. */
function countingCatalog() {
  const catalog = new InMemoryCatalogClient({ entities: people });
  const spies = (['getEntities', 'getEntityByRef', 'queryEntities'] as const).map(method =>
    jest.spyOn(catalog, method),
  );
  return { catalog, requests: () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0) };
}

function names(answer: UserLookupAnswer) {
  return answer.type === 'entities' ? answer.entities.map(each => each.metadata.name) : answer.type;
}

describe('the second level in a real Redis, through the cache service of Backstage', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let first: CacheBackend;
  let second: CacheBackend;

  beforeEach(async () => {
    redis = await startRedis();
    first = await startCacheBackend(redis.url);
    second = await startCacheBackend(redis.url);
    // A connection is made at the first use: that is not what is measured here.
    await Promise.all([first.cache.get('warm'), second.cache.get('warm')]);
  });

  afterEach(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await redis.stop();
  });

  function lookupOf(backend: CacheBackend, options: Partial<CatalogUserLookupOptions>) {
    return createCatalogUserLookup({
      catalog: new InMemoryCatalogClient({ entities: people }),
      auth: mockServices.auth(),
      sharedCache: backend.cache,
      // Generous, because the machine of a test may be busy; the tests of slowness set their own.
      sharedCacheTimeoutMs: 5_000,
      ...options,
    });
  }

  /** Writing is not waited for by a sign-in, so it is by the test. */
  async function untilWritten(count: number) {
    while (!(await redis.command('DBSIZE')).startsWith(`:${count}\r`)) {
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  it('two backends make one request', async () => {
    const { catalog, requests } = countingCatalog();
    const query = byEmail('ada@corp.example');
    const answer = await lookupOf(first, { catalog }).find(query);
    await untilWritten(1);
    const lookup = lookupOf(second, { catalog });
    expect(await lookup.find(query)).toEqual(answer);
    expect(requests()).toBe(1);
    expect(lookup.stats).toMatchObject({ sharedHits: 1, batches: 0, entries: 1 });
    expect(Object.isFrozen(lookup.peek(query))).toBe(true);
  });

  it('"nobody" is shared too, for its own time', async () => {
    const { catalog, requests } = countingCatalog();
    await lookupOf(first, { catalog }).find(byName('nobody'));
    await untilWritten(1);
    expect(names(await lookupOf(second, { catalog }).find(byName('nobody')))).toEqual([]);
    expect(requests()).toBe(1);
    const keys = await redis.command('KEYS *');
    const ttl = await redis.command(`PTTL ${keys.split('\r\n')[2]}`);
    expect(Number(ttl.slice(1).split('\r')[0])).toBeLessThanOrEqual(5_000);
  });

  it('shows no email and no name in its keys', async () => {
    await lookupOf(first, {}).find(byEmail('ada@corp.example'));
    await untilWritten(1);
    const keys = await redis.command('KEYS *');
    expect(keys).toContain('auth');
    expect(Buffer.from(keys).toString()).not.toContain('ada');
    const encoded = keys.split('\r\n')[2]!.split(':').at(-1)!;
    expect(Buffer.from(encoded, 'base64').toString()).toMatch(/^bitbucket-server-user:1:all:/);
  });

  it.each([
    ['something that is no JSON', 'garbage'],
    ['an empty object', '{}'],
    ['a number', '{"value":7}'],
    ['half an entry', '{"value":{"v":1,"at":1}}'],
  ])('that holds %s is as if it were not there', async (_, garbage) => {
    const query = byEmail('ada@corp.example');
    await lookupOf(first, {}).find(query);
    await untilWritten(1);
    const key = (await redis.command('KEYS *')).split('\r\n')[2]!;
    expect(await redis.command(`SET ${key} ${JSON.stringify(garbage)}`)).toMatch(/^\+OK/);
    const { catalog, requests } = countingCatalog();
    expect(names(await lookupOf(second, { catalog }).find(query))).toEqual(['ada']);
    expect(requests()).toBe(1);
  });

  it('is not believed when it says that somebody is somebody else', async () => {
    const query = byEmail('kim@corp.example');
    await lookupOf(first, {}).find(query);
    await untilWritten(1);
    const key = (await redis.command('KEYS *')).split('\r\n')[2]!;
    const forged = { v: 1, at: Date.now(), entities: [people[0], people[2]] };
    const stored = JSON.stringify(JSON.stringify({ value: forged }));
    await redis.command(`SET ${key} ${stored}`);
    const answer = await lookupOf(second, {}).find(query);
    expect(names(answer)).toEqual([]);
    expect(answer).toMatchObject({ rejected: [{ entityRef: 'user:default/ada' }, {}] });
  });

  it('that hangs costs its time budget once, and not per person', async () => {
    const { logger, lines } = createLogRecorder();
    const lookup = lookupOf(first, { logger, sharedCacheTimeoutMs: 50 });
    redis.freeze();
    try {
      for (const name of ['ada', 'kim', 'kelvin', 'nobody']) {
        expect(names(await lookup.find(byName(name)))).toEqual(name === 'nobody' ? [] : [name]);
      }
      expect(lines).toEqual([expect.stringMatching(/^warn: .*no answer within 50 ms/)]);
      // The first one paid; the others did not even ask.
      expect(lookup.stats).toMatchObject({ sharedFailures: 1, entries: 4 });
    } finally {
      redis.thaw();
    }
  });
});

describe('a backend whose Redis is killed', () => {
  it('goes on signing people in, and does not end', async () => {
    const redis = await startRedis();
    const backend = await startCacheProcess(redis.url);
    try {
      const before = await backend.find(byName('ada'));
      expect(names(before.answer)).toEqual(['ada']);
      expect(before.stats.sharedFailures).toBe(0);
      await redis.stop();
      for (const name of ['kim', 'bob']) {
        const { answer } = await backend.find(byName(name));
        expect(names(answer)).toEqual([name]);
      }
      expect((await backend.find(byName('ada'))).stats).toMatchObject({ hits: 1, batches: 3 });
    } finally {
      await backend.stop();
      await redis.stop();
    }
  });
});
