import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { InputError, NotFoundError } from '@backstage/errors';
import fc from 'fast-check';
import { createCatalogUserLookup } from '../../src/lookup';
import type { CatalogUserLookupOptions, UserLookupAnswer, UserQuery } from '../../src/lookup';
import { createLogRecorder } from '../support/createLogRecorder';
import { deferred, fakeClock, settled } from '../support/controlled';
import { byEmail, byField, byName, user } from './support/people';
import { registerTelemetry } from '../observability/support/telemetry';
import { recordingCatalog } from './support/recordingCatalog';

const people: Entity[] = [
  ...Array.from({ length: 20 }, (_, index) =>
    user(`p${index}`, {
      email: `p${index}@x.y`,
      annotations: { 'bb/id': `${index}` },
      memberOf: ['team'],
    }),
  ),
  user('comma', { email: 'a,b@x.y' }),
  user('kim', { email: 'kim@x.y' }),
  user('kelvin', { email: '\u212aim@x.y' }),
  user('twin-a', { email: 'twin@x.y' }),
  user('twin-b', { email: 'TWIN@x.y' }),
  user('group', { email: 'p1@x.y', kind: 'Group' }),
];

const byId = (id: string) => byField('metadata.annotations.bb/id', id);

function setUp(
  options: Partial<CatalogUserLookupOptions> = {},
  replaced: Parameters<typeof recordingCatalog>[1] = {},
) {
  const world = recordingCatalog(people, replaced);
  const clock = fakeClock();
  const { logger, lines } = createLogRecorder();
  const lookup = createCatalogUserLookup({
    catalog: world.catalog,
    auth: mockServices.auth(),
    now: clock.now,
    logger,
    ...options,
  });
  const find = async (...queries: UserQuery[]) =>
    (await Promise.all(queries.map(query => lookup.find(query)))).map(namesOf);
  return { ...world, lookup, clock, lines, find };
}

function namesOf(answer: UserLookupAnswer): string[] | string {
  return answer.type === 'entities'
    ? answer.entities.map(entity => entity.metadata.name).sort()
    : answer.type;
}

const down = Object.assign(new Error('down'), { name: 'ResponseError', statusCode: 503 });
const fail = () => Promise.reject(down);
const outage = { getEntities: fail, getEntitiesByRefs: fail, queryEntities: fail };

describe('what the lookup asks the catalog', () => {
  it('names by ref, in bounded requests', async () => {
    const { find, calls } = setUp({ maxRefsPerRequest: 5 });
    expect(await find(byName('P1'))).toEqual([['p1']]);
    const names = Array.from({ length: 7 }, (_, index) => `p${index + 2}`);
    expect(await find(...names.map(name => byName(name)), byName('nobody'))).toEqual([
      ...names.map(name => [name]),
      [],
    ]);
    expect(calls.map(({ method, request }) => [method, request.entityRefs.length])).toEqual([
      ['getEntitiesByRefs', 1],
      ['getEntitiesByRefs', 5],
      ['getEntitiesByRefs', 3],
    ]);
  });

  it('one value of a field by filter, several by predicate, each answer to its own query', async () => {
    const { find, calls } = setUp();
    expect(
      await find(byEmail('p3@x.y'), byId('7'), byName('p9'), byEmail('P1@x.y'), byEmail('no@x.y')),
    ).toEqual([['p3'], ['p7'], ['p9'], ['p1'], []]);
    expect(calls.map(({ method, request }) => [method, request.filter ?? request.query])).toEqual([
      [
        'queryEntities',
        {
          $all: [
            { 'spec.profile.email': { $in: ['p3@x.y', 'p1@x.y', 'no@x.y'] } },
            { kind: 'User' },
          ],
        },
      ],
      ['getEntities', { 'metadata.annotations.bb/id': ['7'], kind: 'User' }],
      ['getEntitiesByRefs', undefined],
    ]);
  });

  it('many values of a field in bounded requests', async () => {
    const { find, calls } = setUp({ maxValuesPerRequest: 6 });
    const some = people.slice(0, 20);
    const found = await find(...some.map((_, index) => byEmail(`p${index}@x.y`)));
    expect(found).toEqual(some.map(({ metadata }) => [metadata.name]));
    expect(
      calls.map(({ request }) => request.query.$all[0]['spec.profile.email'].$in.length),
    ).toEqual([6, 6, 6, 2]);
  });

  it.each(['a,b@x.y', ' a@x.y', 'a@x.y\u00a0', 'x%,y'])(
    'never %j by filter, where it would mean something else',
    async value => {
      const { find, takeMethods } = setUp();
      await find(byEmail(value));
      expect(takeMethods()).toEqual(['queryEntities']);
    },
  );

  it('nothing for what no entity can answer', async () => {
    const { find, calls, lookup } = setUp();
    const impossible = [
      byName(''),
      byName('a', ''),
      byName('a:b'),
      byName('a/b'),
      byName('a b'),
      byName('a\u200bb'),
      byName('..'),
      byName('x'.repeat(201)),
      byEmail(''),
      byEmail('a\u0000'),
      byEmail('a\n'),
      byEmail('\udc00'),
      byEmail('x'.repeat(201)),
      byField('metadata.annotations.', 'x'),
      byField('metadata.annotations.a\nb', 'x'),
      byField('spec.type' as 'metadata.name', 'user'),
    ];
    expect(await find(...impossible)).toEqual(impossible.map(() => []));
    expect(calls).toEqual([]);
    expect(lookup.size).toBe(0);
  });

  it('all pages of an answer', async () => {
    const { find, replaceEntities, calls } = setUp();
    replaceEntities(
      Array.from({ length: 60 }, (_, index) => user(`t${index}`, { email: 't@x.y' })),
    );
    const [twins] = await find(byEmail('t@x.y'), byEmail('other@x.y'));
    expect(twins).toHaveLength(60);
    expect(calls.length).toBeGreaterThan(2);
  });

  it('no page without end', async () => {
    const { find } = setUp(
      {},
      {
        queryEntities: async (_, goOn) => ({
          ...((await goOn()) as object),
          pageInfo: { nextCursor: 'again' },
        }),
      },
    );
    expect(await find(byEmail('a,b@x.y'))).toEqual(['unavailable']);
  });

  it('only for the parts of an identity when it is told to, and keeps no others', async () => {
    const { lookup, calls } = setUp({ fields: 'identity' });
    const [answer] = await Promise.all([lookup.find(byId('0')), lookup.find(byId('1'))]);
    expect(answer).toEqual({
      type: 'entities',
      entities: [
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'User',
          metadata: { name: 'p0', namespace: 'default', annotations: { 'bb/id': '0' } },
          spec: { profile: { email: 'p0@x.y' } },
          relations: [{ type: 'memberOf', targetRef: 'group:default/team' }],
        },
      ],
    });
    expect(calls[0]!.request.fields).toEqual([
      'apiVersion',
      'kind',
      'metadata.name',
      'metadata.namespace',
      'spec.profile.email',
      'relations',
      'metadata.annotations',
    ]);
  });

  it('with both kinds of credentials, and a token that is used for a minute but not after a failure', async () => {
    const getPluginRequestToken = jest.fn(async () => ({ token: 'some-token' }));
    const auth = mockServices.auth.mock({
      getOwnServiceCredentials: async () => mockCredentials,
      getPluginRequestToken,
    });
    const { find, calls, clock, replaced } = setUp({ auth });
    await find(byName('p1'), byEmail('p1@x.y'));
    clock.advance(59_999);
    await find(byName('p2'));
    for (const { options } of calls) {
      expect(options).toEqual({ credentials: mockCredentials, token: 'some-token' });
    }
    expect(getPluginRequestToken).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await find(byName('p3'));
    expect(getPluginRequestToken).toHaveBeenCalledTimes(2);
    replaced.getEntitiesByRefs = fail;
    expect(await find(byName('p4'))).toEqual(['unavailable']);
    replaced.getEntitiesByRefs = undefined;
    expect(await find(byName('p4'))).toEqual([['p4']]);
    expect(getPluginRequestToken).toHaveBeenCalledTimes(3);
  });
});

const mockCredentials = {
  $$type: '@backstage/BackstageCredentials',
  principal: { type: 'service', subject: 'plugin:auth' },
} as const;

const constructorQuery = byField('metadata.annotations.constructor', 'x');

describe('the check of what the catalog offers', () => {
  it.each<[string, Entity, UserQuery, RegExp]>([
    ['a group', user('ada', { kind: 'Group' }), byName('ada'), /not of kind User/],
    ['another namespace', user('ada', { namespace: 'x' }), byName('ada'), /namespace is different/],
    ['another name', user('bob'), byName('ada'), /name is different/],
    ['a full-width letter', user('\uff4bim'), byField('metadata.name', 'kim'), /is different/],
    ['a Kelvin sign', user('x', { email: '\u212aim@a.b' }), byEmail('kim@a.b'), /is different/],
    ['an email that is a list', listOfEmails(), byEmail('a@b.c'), /not a string/],
    ['a user without a name', nameless(), byEmail('a@b.c'), /no valid name/],
    ['an inherited property', user('x', { annotations: {} }), constructorQuery, /not a string/],
  ])('refuses %s, and says why', async (_, entity, query, reason) => {
    const offer = () => ({ items: [entity] });
    const { lookup } = setUp({}, { getEntities: offer, getEntitiesByRefs: offer });
    const answer = await lookup.find(query);
    expect(answer).toMatchObject({
      type: 'entities',
      entities: [],
      rejected: [{ reason: expect.stringMatching(reason) }],
    });
  });

  it.each<[string, Entity, UserQuery]>([
    ['a name in another case', user('Ada'), byName('aDA', 'DEFAULT')],
    ['an email in another case', user('x', { email: 'Ada@C.example' }), byEmail('ada@c.EXAMPLE')],
    ['a kind in lower case', user('ada', { kind: 'user' }), byName('ada')],
  ])('accepts %s', async (_, entity, query) => {
    const offer = () => ({ items: [entity] });
    const { lookup } = setUp({}, { getEntities: offer, getEntitiesByRefs: offer });
    expect(await lookup.find(query)).toEqual({ type: 'entities', entities: [entity] });
  });

  it('gives a Unicode twin to nobody else, and loses nobody to it in the same request', async () => {
    const { find } = setUp();
    expect(await find(byEmail('kim@x.y'), byEmail('\u212aim@x.y'))).toEqual([['kim'], ['kelvin']]);
    expect(await find(byEmail('KIM@x.y'))).toEqual([['kim']]);
  });

  it.each([
    undefined,
    null,
    {},
    { items: null },
    { items: [7] },
    { items: [{}, { kind: 'User' }] },
  ])('never takes %j for an answer', async nonsense => {
    const answer = () => nonsense;
    const { find, lookup } = setUp(
      { fields: 'identity' },
      { getEntities: answer, getEntitiesByRefs: answer, queryEntities: answer },
    );
    const queries = [
      byName('a'),
      byEmail('b'),
      byId('1'),
      byId('2'),
      byField('metadata.name', ','),
    ];
    expect(await find(...queries)).toEqual(queries.map(() => 'unavailable'));
    expect(lookup.size).toBe(0);
  });

  it('takes a gap for a name that nobody has, and for nothing else', async () => {
    const gap = () => ({ items: [null], pageInfo: {} });
    const { find } = setUp({}, { getEntities: gap, getEntitiesByRefs: gap, queryEntities: gap });
    expect(await find(byName('a'), byEmail('b@x.y'), byId('1'), byId('2'))).toEqual([
      [],
      'unavailable',
      'unavailable',
      'unavailable',
    ]);
  });
});

function listOfEmails(): Entity {
  return { ...user('x'), spec: { profile: { email: ['a@b.c'] } } };
}

function nameless(): Entity {
  const entity = user('x', { email: 'a@b.c' });
  return { ...entity, metadata: {} as Entity['metadata'] };
}

describe('one catalog failure', () => {
  it('makes everybody "unavailable" when it is one of the catalog, without asking again', async () => {
    const { lookup, calls } = setUp({}, outage);
    const queries = [byName('a'), byName('b'), ...['a', 'b', 'c', 'd'].map(byEmail)];
    const answers = await Promise.all(queries.map(query => lookup.find(query)));
    expect(answers).toEqual(queries.map(() => ({ type: 'unavailable', cause: down })));
    expect(calls).toHaveLength(2);
  });

  it('makes nobody else "unavailable" when a query is refused', async () => {
    const refuseBad = (request: unknown, goOn: () => Promise<unknown>) =>
      JSON.stringify(request).includes('bad') ? Promise.reject(new InputError('bad')) : goOn();
    const { find } = setUp(
      {},
      { getEntities: refuseBad, getEntitiesByRefs: refuseBad, queryEntities: refuseBad },
    );
    const values = ['p1@x.y', 'bad@x.y', 'p2@x.y', 'p3@x.y'].map(byEmail);
    expect(await find(...values)).toEqual([['p1'], 'unavailable', ['p2'], ['p3']]);
    expect(await find(byName('p1'), byName('bad'), byName('p2'))).toEqual([
      ['p1'],
      'unavailable',
      ['p2'],
    ]);
  });

  it('of one field does not touch another', async () => {
    const { find } = setUp({}, { queryEntities: fail });
    expect(await find(byEmail('p1@x.y'), byEmail('p2@x.y'), byId('3'), byName('p4'))).toEqual([
      'unavailable',
      'unavailable',
      ['p3'],
      ['p4'],
    ]);
  });

  it('of the service that signs tokens is one of the catalog', async () => {
    const auth = mockServices.auth.mock({
      getOwnServiceCredentials: () => Promise.reject(new Error('no keys')),
    });
    expect(await setUp({ auth }).find(byName('p1'))).toEqual(['unavailable']);
  });
});

describe('an older catalog', () => {
  const four = ['p1@x.y', 'a,b@x.y', 'p2@x.y', 'p3@x.y'].map(byEmail);
  const found = [['p1'], ['comma'], ['p2'], ['p3']];
  const always = { ttl: { seconds: 0 }, notFoundTtl: { seconds: 0 } };
  const gone = Object.assign(new Error('x'), { name: 'ResponseError', statusCode: 404 });

  it.each([
    ['answers 404', gone],
    ['answers 405', Object.assign(new Error('x'), { name: 'ResponseError', statusCode: 405 })],
    ['throws NotFoundError', new NotFoundError('no route')],
  ])(
    'whose predicate endpoint %s is noticed, and asked by filter for a while',
    async (_, error) => {
      const { find, takeMethods, clock } = setUp(always, {
        queryEntities: (request, goOn) => (request.query ? Promise.reject(error) : goOn()),
      });
      expect(await find(...four)).toEqual(found);
      expect(takeMethods().slice(0, 2)).toEqual(['queryEntities', 'getEntities']);
      clock.advance(1);
      expect(await find(...four)).toEqual(found);
      // By filter what is safe in one, by full text what is not.
      expect(takeMethods().sort()).toEqual(['getEntities', 'queryEntities']);
      clock.advance(600_000);
      expect(await find(...four)).toEqual(found);
      expect(takeMethods()).toHaveLength(4);
    },
  );

  it('that knows no full-text filter either cannot be asked for a value with a comma', async () => {
    const { find } = setUp(always, { queryEntities: () => Promise.reject(gone) });
    expect(await find(byEmail('p1@x.y'), byEmail('p2@x.y'))).toEqual([['p1'], ['p2']]);
    expect(await find(byEmail('a,b@x.y'))).toEqual(['unavailable']);
  });

  it.each([' p1@x.y', 'p1@x.y,%', '\\,'])('cannot be asked for %j, others can', async value => {
    const { find } = setUp(always, {
      queryEntities: (request, goOn) => (request.query ? Promise.reject(gone) : goOn()),
    });
    expect(await find(byEmail('p1@x.y'), byEmail(value), byEmail('a,b@x.y'))).toEqual([
      ['p1'],
      'unavailable',
      ['comma'],
    ]);
  });

  it('whose client drops the predicate and lists everybody is noticed too', async () => {
    const { find, takeMethods } = setUp(always, {
      queryEntities: (request, goOn) => {
        delete request.query;
        return goOn();
      },
    });
    expect(await find(...four)).toEqual(found);
    expect(takeMethods().slice(0, 2)).toEqual(['queryEntities', 'getEntities']);
  });

  it('that refuses the key totalItems is asked without it', async () => {
    const { find, calls, clock } = setUp(always, {
      queryEntities: (request, goOn) =>
        request.totalItems ? Promise.reject(new InputError('unknown key totalItems')) : goOn(),
    });
    expect(await find(...four)).toEqual(found);
    clock.advance(1);
    await find(...four);
    expect(calls.map(call => call.request.totalItems)).toEqual(['exclude', undefined, undefined]);
  });

  it('is not believed to be old while it is only starting', async () => {
    let starting = true;
    const whenStarted = (_: unknown, goOn: () => Promise<unknown>) =>
      starting ? Promise.reject(gone) : goOn();
    const { find, takeMethods } = setUp(
      {},
      { queryEntities: whenStarted, getEntities: whenStarted },
    );
    expect(await find(...four)).toEqual(four.map(() => 'unavailable'));
    starting = false;
    takeMethods();
    expect(await find(...four)).toEqual(found);
    expect(takeMethods()).toEqual(['queryEntities']);
  });
});

describe('the memory', () => {
  it('holds one user for the time to live, counted from the question', async () => {
    const { find, lookup, clock, takeMethods } = setUp(
      {},
      {
        getEntitiesByRefs: (_, goOn) => {
          clock.advance(400);
          return goOn();
        },
      },
    );
    const answer = await lookup.find(byName('p1'));
    clock.advance(59_600);
    expect(await lookup.find(byName('P1'))).toBe(answer);
    expect(takeMethods()).toHaveLength(1);
    clock.advance(1);
    expect(await find(byName('p1'))).toEqual([['p1']]);
    expect(takeMethods()).toHaveLength(1);
  });

  it.each([
    ['nobody', 'no@x.y', []],
    ['several', 'twin@x.y', ['twin-a', 'twin-b']],
  ])('holds %s for the shorter time', async (_, email, names) => {
    const { find, clock, takeMethods } = setUp();
    expect(await find(byEmail(email))).toEqual([names]);
    clock.advance(5_000);
    expect(await find(byEmail(email))).toEqual([names]);
    expect(takeMethods()).toHaveLength(1);
    clock.advance(1);
    expect(await find(byEmail(email))).toEqual([names]);
    expect(takeMethods()).toHaveLength(1);
  });

  it('holds no failure', async () => {
    const { find, replaced, lookup } = setUp({}, { getEntitiesByRefs: fail });
    expect(await find(byName('p1'))).toEqual(['unavailable']);
    expect(lookup.size).toBe(0);
    replaced.getEntitiesByRefs = undefined;
    expect(await find(byName('p1'))).toEqual([['p1']]);
  });

  it('holds nothing when the time to live is zero', async () => {
    const zero = { seconds: 0 };
    const { find, takeMethods } = setUp({ ttl: zero, notFoundTtl: zero });
    for (let round = 0; round < 3; round += 1) {
      expect(await find(byName('p1'), byEmail('no@x.y'))).toEqual([['p1'], []]);
    }
    expect(takeMethods()).toHaveLength(6);
  });

  it('takes one value in two fields for two questions', async () => {
    const { find, takeMethods, lookup } = setUp();
    const queries = [
      byName('7'),
      byName('7', 'other'),
      byId('7'),
      byField('metadata.annotations.bb/other', '7'),
      byField('metadata.name', '7'),
      byEmail('7'),
      byName('p7', 'default'),
      byName('default', 'p7'),
    ];
    const expected = [[], [], ['p7'], [], [], [], ['p7'], []];
    expect(await find(...queries)).toEqual(expected);
    takeMethods();
    expect(await find(...queries)).toEqual(expected);
    expect(takeMethods()).toEqual([]);
    expect(lookup.size).toBe(queries.length);
  });

  it('has a bound, and drops what was not used for longest', async () => {
    const { find, takeMethods, lookup } = setUp({ maxEntries: 2 });
    await find(byName('p1'));
    await find(byName('p2'));
    await find(byName('p1'));
    await find(byName('p3'));
    expect(lookup.size).toBe(2);
    takeMethods();
    await find(byName('p1'));
    expect(takeMethods()).toEqual([]);
    await find(byName('p2'));
    expect(takeMethods()).toHaveLength(1);
  });

  it('answers more questions at once than it may hold', async () => {
    const { find, lookup } = setUp({ maxEntries: 2 });
    const names = people.slice(0, 20).map(({ metadata }) => metadata.name);
    expect(await find(...names.map(name => byName(name)))).toEqual(names.map(name => [name]));
    expect(lookup.size).toBeLessThanOrEqual(2);
  });

  it('hands out copies that nobody can change, and leaves the entities of the catalog alone', async () => {
    const own = user('own', { memberOf: ['team'], annotations: JSON.parse('{"__proto__":"x"}') });
    const { lookup, replaced } = setUp({}, { getEntitiesByRefs: () => ({ items: [own] }) });
    const answer = await lookup.find(byName('own'));
    expect(answer).toEqual({ type: 'entities', entities: [own] });
    const [entity] = answer.type === 'entities' ? answer.entities : [];
    expect(() => Object.assign(entity!.metadata, { name: 'eve' })).toThrow(TypeError);
    expect(() => (entity!.relations as unknown[]).push({})).toThrow(TypeError);
    expect(() => Object.assign(answer, { entities: [] })).toThrow(TypeError);
    replaced.getEntitiesByRefs = fail;
    own.metadata.name = 'eve';
    own.relations!.length = 0;
    const again = await lookup.find(byName('own'));
    expect(namesOf(again)).toEqual(['own']);
    expect(again).toMatchObject({ entities: [{ relations: [{}] }] });
  });

  it('equals what the catalog said, whatever is in an entity', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async spec => {
        const entity = { ...user('own'), spec: { anything: spec } } as Entity;
        const { lookup } = setUp({}, { getEntitiesByRefs: () => ({ items: [entity] }) });
        const answer = await lookup.find(byName('own'));
        expect(JSON.stringify(answer)).toBe(
          JSON.stringify({ type: 'entities', entities: [entity] }),
        );
        expect(isFrozenThroughout(answer)).toBe(true);
        expect(Object.isFrozen(entity)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

function isFrozenThroughout(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout);
}

describe('equal questions at the same time', () => {
  it('are asked once, also when they are spelt differently', async () => {
    const { lookup, calls } = setUp();
    const found = await Promise.all(
      [byName('p1'), byName('P1'), byName('p1')].map(q => lookup.find(q)),
    );
    expect(new Set(found).size).toBe(1);
    expect(calls).toHaveLength(1);
  });

  it('are asked once while the answer takes its time, and anew when it has come and expired', async () => {
    const gate = deferred<void>();
    const { lookup, calls, clock } = setUp(
      {},
      { getEntitiesByRefs: async (_, goOn) => gate.promise.then(goOn) },
    );
    const first = lookup.find(byName('p1'));
    await settled();
    const second = lookup.find(byName('p1'));
    await settled();
    expect(calls).toHaveLength(1);
    gate.resolve();
    expect(await first).toBe(await second);
    clock.advance(60_001);
    await lookup.find(byName('p1'));
    expect(calls).toHaveLength(2);
  });

  it.each(['delete', 'clear'] as const)(
    'are not joined with what was under way at %s, which is delivered but not kept',
    async how => {
      const answers: ReturnType<typeof deferred<{ items: Entity[] }>>[] = [];
      const { lookup, calls } = setUp(
        {},
        {
          getEntitiesByRefs: () => {
            answers.push(deferred());
            return answers.at(-1)!.promise;
          },
        },
      );
      const before = lookup.find(byName('ada'));
      await settled();
      if (how === 'delete') lookup.delete(byName('Ada'));
      else lookup.clear();
      const after = lookup.find(byName('ada'));
      await settled();
      expect(calls).toHaveLength(2);
      // The newer answer first: the older one must not replace it.
      answers[1]!.resolve({ items: [user('ada', { email: 'new@x.y' })] });
      expect(await after).toMatchObject({
        entities: [{ spec: { profile: { email: 'new@x.y' } } }],
      });
      answers[0]!.resolve({ items: [user('ada', { email: 'old@x.y' })] });
      expect(await before).toMatchObject({
        entities: [{ spec: { profile: { email: 'old@x.y' } } }],
      });
      expect(await lookup.find(byName('ada'))).toBe(await after);
      expect(calls).toHaveLength(2);
    },
  );

  it('that were under way at delete and fail take nothing with them', async () => {
    const old = deferred<never>();
    const { lookup, find, replaced } = setUp({}, { getEntitiesByRefs: () => old.promise });
    const before = lookup.find(byName('p1'));
    await settled();
    lookup.delete(byName('p1'));
    replaced.getEntitiesByRefs = undefined;
    const kept = await lookup.find(byName('p1'));
    old.reject(down);
    expect(namesOf(await before)).toBe('unavailable');
    replaced.getEntitiesByRefs = fail;
    expect(await lookup.find(byName('p1'))).toBe(kept);
    expect(await find(byName('p2'))).toEqual(['unavailable']);
  });
});

describe('an expired answer', () => {
  async function expire(
    query: UserQuery,
    options: Partial<CatalogUserLookupOptions> = {},
    ageMs = 90_000,
  ) {
    const world = setUp(options);
    await world.lookup.find(query);
    world.clock.advance(ageMs);
    Object.assign(world.replaced, outage);
    const refresh = (asked = query) => world.lookup.find(asked, { refresh: true });
    return { ...world, refresh };
  }

  it('serves a refresh while the catalog is down, and says how old it is', async () => {
    const { refresh, calls, lookup } = await expire(byName('p1'));
    const answer = await refresh(byName('P1'));
    expect(answer).toMatchObject({ type: 'entities', staleForMs: 30_000 });
    expect(namesOf(answer)).toEqual(['p1']);
    expect(calls).toHaveLength(2);
    expect(namesOf(await refresh())).toEqual(['p1']);
    expect(lookup.size).toBe(1);
  });

  it('serves no first sign-in, not even one that shares the question with a refresh', async () => {
    const { lookup, refresh, calls } = await expire(byName('p1'));
    const [first, second] = await Promise.all([lookup.find(byName('p1')), refresh()]);
    expect(first).toEqual({ type: 'unavailable', cause: down });
    expect(second).toMatchObject({ staleForMs: 30_000 });
    expect(calls).toHaveLength(2);
  });

  it.each(['no@x.y', 'twin@x.y'])('is never served when it is not one user (%s)', async email => {
    const { refresh } = await expire(byEmail(email), {}, 6_000);
    expect(namesOf(await refresh())).toBe('unavailable');
  });

  it('is served up to the bound, and not beyond it', async () => {
    const { refresh, clock } = await expire(byName('p1'), { staleIfError: { seconds: 1 } }, 61_000);
    expect(await refresh()).toMatchObject({ staleForMs: 1_000 });
    clock.advance(1);
    expect(namesOf(await refresh())).toBe('unavailable');
  });

  it('is never served when the bound is zero', async () => {
    const { refresh } = await expire(byName('p1'), { staleIfError: { seconds: 0 } }, 60_001);
    expect(namesOf(await refresh())).toBe('unavailable');
  });

  it('gives way to what the catalog said since', async () => {
    const { refresh, replaced, find, clock, replaceEntities } = await expire(byName('p1'));
    replaced.getEntitiesByRefs = undefined;
    replaceEntities([]);
    expect(await find(byName('p1'))).toEqual([[]]);
    clock.advance(6_000);
    replaced.getEntitiesByRefs = fail;
    expect(namesOf(await refresh())).toBe('unavailable');
  });

  it('is gone after delete and clear', async () => {
    const { refresh, lookup } = await expire(byName('p1'));
    lookup.delete(byName('P1'));
    expect(namesOf(await refresh())).toBe('unavailable');
    const other = await expire(byName('p1'));
    other.lookup.clear();
    expect(namesOf(await other.refresh())).toBe('unavailable');
  });

  it('is logged once per outage, with its age and without a name', async () => {
    const { refresh, replaced, find, clock, lines } = await expire(byName('p1'));
    await refresh();
    await refresh();
    expect(lines).toEqual([expect.stringMatching(/^warn: .*expired 30 s ago$/)]);
    expect(lines[0]).not.toMatch(/p1/);
    replaced.getEntitiesByRefs = undefined;
    await find(byName('p1'));
    expect(lines[1]).toMatch(/^info: The catalog answers again, after 2 failures/);
    clock.advance(90_000);
    replaced.getEntitiesByRefs = fail;
    await refresh();
    expect(lines).toHaveLength(3);
  });
});

describe('metrics', () => {
  let telemetry: ReturnType<typeof registerTelemetry>;
  beforeAll(() => {
    telemetry = registerTelemetry();
  });
  afterAll(() => telemetry.stop());

  /** What has been counted, by the labels given. */
  async function counted(name: string, ...labels: string[]) {
    const samples = await telemetry.scrape();
    return samples
      .filter(each => each.name === name)
      .map(each => [...labels.map(label => each.labels[label]), each.value].join(' '))
      .sort();
  }
  const requests = () =>
    counted(
      'bitbucket_server_catalog_request_duration_count',
      'bitbucket_server_operation',
      'error_type',
    );
  const answers = () =>
    counted('bitbucket_server_catalog_answers_total', 'bitbucket_server_source');

  it('count every request, how it ended, and where each answer came from', async () => {
    const { find, lookup, clock, replaced } = setUp();
    replaced.getEntitiesByRefs = (_, goOn) => {
      clock.advance(7);
      return goOn();
    };
    await find(byName('p1'), byName('p2'), byName('P2'));
    await find(byName('p1'), byEmail('p1@x.y'), byId('1'), byId('2'));
    expect(await requests()).toEqual(['filter  1', 'predicate  1', 'refs  1']);
    expect(await answers()).toEqual(['catalog 5', 'in_flight 1', 'memory 1']);
    const durations = 'bitbucket_server_catalog_request_duration_sum';
    expect(await counted(durations, 'bitbucket_server_operation')).toContain('refs 0.007');

    clock.advance(90_000);
    replaced.getEntitiesByRefs = fail;
    await lookup.find(byName('p1'), { refresh: true });
    await lookup.find(byName('p1'));
    expect(await requests()).toContain('refs _OTHER 2');
    expect(await answers()).toContain('stale 1');
  });

  it('tell a request that was too late from one that failed', async () => {
    const { lookup, replaced } = setUp({ timeout: { milliseconds: 1 } });
    replaced.getEntitiesByRefs = () => new Promise(() => undefined);
    await lookup.find(byName('p1'));
    expect(await requests()).toContain('refs timeout 1');
  });
});

describe('options', () => {
  it.each<[Partial<CatalogUserLookupOptions>, string]>([
    [{ ttl: { seconds: -1 } }, 'ttl.seconds" must not be negative, got -1'],
    [{ staleIfError: { hours: Number.NaN } }, 'staleIfError.hours" must be a number, got NaN'],
    [{ timeout: { seconds: 0 } }, 'timeout" must be from 1 ms to 5 minutes, got 0 ms'],
    [{ maxEntries: 0 }, 'maxEntries" must be a whole number from 1 to 1000000, got 0'],
    [
      { maxRefsPerRequest: 1.5 },
      'maxRefsPerRequest" must be a whole number from 1 to 1000, got 1.5',
    ],
    [
      { maxValuesPerRequest: -1 },
      'maxValuesPerRequest" must be a whole number from 1 to 1000, got -1',
    ],
    [
      { maxEntrys: 5 } as object,
      'maxEntrys" is not a known option; expected one of: ttl, notFoundTtl',
    ],
  ])('%j is refused', (options, message) => {
    expect(() => setUp(options)).toThrow(`"createCatalogUserLookup.${message}`);
  });
});
