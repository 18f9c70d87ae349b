import { mockServices } from '@backstage/backend-test-utils';
import { CatalogClient } from '@backstage/catalog-client';
import { createCatalogUserLookup } from '../../src/lookup';
import type { CatalogUserLookupOptions, UserLookupAnswer, UserQuery } from '../../src/lookup';
import { createLogRecorder } from '../support/createLogRecorder';
import { fakeClock } from '../support/controlled';
import { byEmail, byField, byName, user } from './support/people';
import { startCatalogBackend } from './support/startCatalogBackend';
import type { CatalogBackend } from './support/startCatalogBackend';
import { startFrontDoor } from './support/startFrontDoor';
import type { ForeignAnswer, FrontDoor } from './support/startFrontDoor';

const id = 'metadata.annotations.bb.example/id';
const people = [
  ...Array.from({ length: 30 }, (_, index) =>
    user(`person-${index}`, {
      email: `person-${index}@corp.example`,
      annotations: { 'bb.example/id': String(index) },
    }),
  ),
  user('kim', { email: 'kim@corp.example' }),
  user('kelvin', { email: '\u212aim@corp.example' }),
  user('comma', { email: 'a,kind=Group@corp.example', annotations: { 'bb.example/id': 'x,y' } }),
  user('space', { email: ' space@corp.example' }),
  user('percent', { email: '50%_off\\@corp.example' }),
  user('person-1', { namespace: 'other', email: 'elsewhere@corp.example' }),
  user('twin-a', { email: 'twin@corp.example' }),
  user('twin-b', { email: 'TWIN@corp.example' }),
];

/** What a careful reader of the list above expects. */
const expectations: [UserQuery, string[]][] = [
  [byName('Person-3'), ['default/person-3']],
  [byName('person-1'), ['default/person-1']],
  [byName('person-1', 'other'), ['other/person-1']],
  [byName('person-99'), []],
  [byName('..'), []],
  [byName('person-1/../person-2'), []],
  [byEmail('PERSON-7@corp.example'), ['default/person-7']],
  [byEmail('person-7@corp.exampl'), []],
  [byEmail('kim@corp.example'), ['default/kim']],
  [byEmail('\u212aim@corp.example'), ['default/kelvin']],
  [byEmail('a,kind=Group@corp.example'), ['default/comma']],
  [byEmail('x,spec.profile.email=kim@corp.example'), []],
  [byEmail(' space@corp.example'), ['default/space']],
  [byEmail('space@corp.example'), []],
  [byEmail('50%_off\\@corp.example'), ['default/percent']],
  [byEmail('%'), []],
  [byEmail('person-_@corp.example'), []],
  [byEmail('twin@corp.example'), ['default/twin-a', 'default/twin-b']],
  [byEmail('a\u0000b'), []],
  [byField(id, '1'), ['default/person-1']],
  [byField(id, '12'), ['default/person-12']],
  [byField(id, 'x,y'), ['default/comma']],
  [byField('metadata.annotations.__proto__', '1'), []],
  [byField('metadata.name', 'PERSON-1'), ['default/person-1', 'other/person-1']],
];

function refs(answer: UserLookupAnswer): string[] | string {
  if (answer.type !== 'entities') return answer.type;
  return answer.entities
    .map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}`)
    .sort();
}

describe('the lookup on a real catalog, over HTTP', () => {
  let backend: CatalogBackend;
  let door: FrontDoor;

  beforeAll(async () => {
    backend = await startCatalogBackend(people);
    door = await startFrontDoor(backend.baseUrl);
  });

  afterAll(async () => {
    await door.stop();
    await backend.stop();
  });

  beforeEach(() => {
    door.seen.length = 0;
    door.intercept = undefined;
    door.target = backend.baseUrl;
  });

  function makeLookup(options: Partial<CatalogUserLookupOptions> = {}) {
    const discoveryApi = { getBaseUrl: async () => door.baseUrl };
    return createCatalogUserLookup({
      catalog: new CatalogClient({ discoveryApi }),
      auth: mockServices.auth({ pluginId: 'auth' }),
      ...options,
    });
  }

  const oldCatalog: FrontDoor['intercept'] = ({ method, path }) =>
    method === 'POST' && path.startsWith('/entities/by-query') ? 404 : undefined;
  // An old catalog can be asked for it in no way in which it means itself.
  const unsafe = ' space@corp.example';
  const always = { ttl: { seconds: 0 }, notFoundTtl: { seconds: 0 } };

  it.each(['all', 'identity'] as const)(
    'answers one query at a time (fields: %s)',
    async fields => {
      const lookup = makeLookup({ fields, ...always });
      for (const [query, expected] of expectations) {
        const found = refs(await lookup.find(query));
        expect({ query, found }).toEqual({ query, found: expected });
      }
    },
  );

  it('answers all at once, with few requests', async () => {
    const lookup = makeLookup();
    const found = await Promise.all(expectations.map(([query]) => lookup.find(query)));
    expect(found.map(refs)).toEqual(expectations.map(([, expected]) => expected));
    // All names, all emails, all ids, one value of metadata.name and one of another annotation.
    expect(door.seen.map(({ method, path }) => `${method} ${path.split('?')[0]}`).sort()).toEqual([
      'GET /entities',
      'GET /entities',
      'POST /entities/by-query',
      'POST /entities/by-query',
      'POST /entities/by-refs',
    ]);
  });

  it('answers through the catalog service of a plugin as well', async () => {
    const lookup = createCatalogUserLookup({ catalog: backend.catalog, auth: backend.auth });
    const found = await Promise.all(expectations.map(([query]) => lookup.find(query)));
    expect(found.map(refs)).toEqual(expectations.map(([, expected]) => expected));
  });

  it('answers with an older catalog, except for values with white space around them', async () => {
    door.intercept = oldCatalog;
    const lookup = makeLookup(always);
    for (let round = 0; round < 2; round += 1) {
      const found = await Promise.all(expectations.map(([query]) => lookup.find(query)));
      const expected = expectations.map(([query, refsOfQuery]) =>
        query.by === 'field' && query.value === unsafe ? 'unavailable' : refsOfQuery,
      );
      expect(found.map(refs)).toEqual(expected);
    }
    const attempts = door.seen.filter(({ path, method }) => oldCatalog({ path, method }) === 404);
    // One per field that was joined at the first moment; never again after that.
    expect(attempts.length).toBeLessThanOrEqual(2);
  });

  it('asks once for a hundred sign-ins of one person', async () => {
    const lookup = makeLookup();
    const query = byEmail('person-5@corp.example');
    const found = await Promise.all(Array.from({ length: 100 }, () => lookup.find(query)));
    expect(door.seen).toHaveLength(1);
    expect(new Set(found).size).toBe(1);
    expect(lookup.size).toBe(1);
  });

  it('keeps to itself what a failed batch did not bring, and asks again next time', async () => {
    const lookup = makeLookup();
    door.intercept = () => 503;
    const queries = [byName('person-1'), byEmail('person-2@corp.example')];
    const failed = await Promise.all(queries.map(query => lookup.find(query)));
    expect(failed.map(refs)).toEqual(['unavailable', 'unavailable']);
    expect(lookup.size).toBe(0);
    door.intercept = undefined;
    const found = await Promise.all(queries.map(query => lookup.find(query)));
    expect(found.map(refs)).toEqual([['default/person-1'], ['default/person-2']]);
  });

  const json = (body: string): ForeignAnswer => ({ status: 200, type: 'application/json', body });
  const html = (status: number): ForeignAnswer => ({ status, type: 'text/html', body: '<h1>no' });

  it.each([
    ['a 404 of a proxy', html(404)],
    ['a 404 of Backstage, without the catalog', 404],
    ['a page', html(200)],
    ['an empty body', json('')],
    ['null', json('null')],
    ['an empty object', json('{}')],
    ['items that are no list', json('{"items":{}}')],
    ['items that are no entities', json('{"items":[{"user":1}]}')],
    ['a list of something else', json('[1]')],
    ['a redirect', html(302)],
    ['a gateway in trouble', html(502)],
  ] as const)('never takes %s for "nobody"', async (_, answer) => {
    door.intercept = () => answer;
    const lookup = makeLookup();
    const queries = [
      byName('nobody'),
      byEmail('nobody@corp.example'),
      byField(id, '98'),
      byField(id, '99'),
      byField('metadata.annotations.bb.example/name', 'a,b'),
    ];
    const found = await Promise.all(queries.map(query => lookup.find(query)));
    expect(found.map(refs)).toEqual(queries.map(() => 'unavailable'));
    expect(lookup.size).toBe(0);
    door.intercept = undefined;
    const later = await Promise.all(queries.map(query => lookup.find(query)));
    expect(later.map(refs)).toEqual(queries.map(() => []));
  });

  it('never takes fewer answers than names for "nobody"', async () => {
    door.intercept = () => json('{"items":[null]}');
    const lookup = makeLookup();
    const found = await Promise.all(
      [byName('a'), byName('b'), byEmail('c')].map(each => lookup.find(each)),
    );
    expect(found.map(refs)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(refs(await lookup.find(byName('a')))).toEqual([]);
  });

  it('outlives the catalog: refreshes go on for a bounded time, sign-ins do not, and all is well again', async () => {
    const doomed = await startCatalogBackend(people.slice(0, 3));
    let stopped = false;
    try {
      door.target = doomed.baseUrl;
      const clock = fakeClock();
      const { logger, lines } = createLogRecorder();
      const lookup = makeLookup({ now: clock.now, logger });
      const known = byEmail('person-1@corp.example');
      expect(refs(await lookup.find(known))).toEqual(['default/person-1']);
      expect(refs(await lookup.find(byName('nobody')))).toEqual([]);

      await doomed.stop();
      stopped = true;
      clock.advance(61_000);
      expect(await lookup.find(known)).toMatchObject({ type: 'unavailable' });
      const refreshed = await lookup.find(known, { refresh: true });
      expect(refreshed).toMatchObject({ type: 'entities', staleForMs: 1_000 });
      expect(refs(refreshed)).toEqual(['default/person-1']);
      expect(refs(await lookup.find(byName('nobody'), { refresh: true }))).toBe('unavailable');
      expect(refs(await lookup.find(byName('person-2'), { refresh: true }))).toBe('unavailable');
      expect(lines).toEqual([expect.stringMatching(/^warn: .*expired 1 s ago$/)]);
      clock.advance(3_600_001);
      expect(refs(await lookup.find(known, { refresh: true }))).toBe('unavailable');

      door.target = backend.baseUrl;
      expect(refs(await lookup.find(known))).toEqual(['default/person-1']);
      expect(lines[1]).toMatch(/^info: The catalog answers again, after 1 failure/);
    } finally {
      if (!stopped) await doomed.stop();
    }
  });
});
