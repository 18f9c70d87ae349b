import { mockServices } from '@backstage/backend-test-utils';
import type { CatalogApi } from '@backstage/catalog-client';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import type { Entity } from '@backstage/catalog-model';
import { InputError, NotFoundError } from '@backstage/errors';
import type { SourceAnswer, UserQuery } from '../../src/lookup';
import { createCatalogUserSource } from '../../src/lookup/createCatalogUserSource';
import { byEmail, byField, byName, user } from './support/people';

const people: Entity[] = [
  ...Array.from({ length: 20 }, (_, index) =>
    user(`p${index}`, { email: `p${index}@x.y`, annotations: { 'bb/id': `${index}` } }),
  ),
  user('comma', { email: 'a,b@x.y' }),
  user('kim', { email: 'kim@x.y' }),
  user('kelvin', { email: '\u212aim@x.y' }),
];

type Method = 'getEntities' | 'getEntityByRef' | 'getEntitiesByRefs' | 'queryEntities';
type Call = { method: Method; request: any; options: any }; // `any`, because each method has its own

/** A catalog that records, and in which single methods can be replaced. */
function setUp(
  replaced: Partial<Record<Method, (request: never) => unknown>> = {},
  fields?: 'identity',
) {
  const memory = new InMemoryCatalogClient({ entities: people });
  const calls: Call[] = [];
  const method = (name: Method) => async (request: never, options: unknown) => {
    calls.push({ method: name, request, options });
    return replaced[name] ? await replaced[name](request) : memory[name](request);
  };
  const catalog = {
    getEntities: method('getEntities'),
    getEntityByRef: method('getEntityByRef'),
    getEntitiesByRefs: method('getEntitiesByRefs'),
    queryEntities: method('queryEntities'),
  } as unknown as CatalogApi;
  let time = 0;
  const source = createCatalogUserSource({
    catalog,
    auth: mockServices.auth(),
    fields: fields ?? 'all',
    refsPerRequest: 5,
    valuesPerRequest: 6,
    now: () => (time += 1),
  });
  const find = async (...queries: UserQuery[]) => namesOf(await source.findMany(queries));
  return { source, find, calls, methods: () => calls.map(call => call.method) };
}

function namesOf(answers: readonly SourceAnswer[]) {
  return answers.map(answer =>
    answer.type === 'entities'
      ? answer.entities.map(entity => entity.metadata.name).sort()
      : answer.type,
  );
}

describe('the catalog as a source of users', () => {
  it('asks for one name by getEntityByRef and for more by getEntitiesByRefs, in bounded lots', async () => {
    const { find, calls } = setUp();
    expect(await find(byName('p1'))).toEqual([['p1']]);
    const names = Array.from({ length: 7 }, (_, index) => `p${index}`);
    expect(await find(...names.map(name => byName(name)), byName('nobody'))).toEqual([
      ...names.map(name => [name]),
      [],
    ]);
    expect(calls.map(call => [call.method, call.request.entityRefs?.length])).toEqual([
      ['getEntityByRef', undefined],
      ['getEntitiesByRefs', 5],
      ['getEntitiesByRefs', 3],
    ]);
  });

  it('joins the values of one field, and answers in the order of the queries', async () => {
    const { find, methods } = setUp();
    const queries = [3, 1, 2, 0, 4].map(index => byEmail(`p${index}@x.y`));
    queries.splice(2, 0, byField('metadata.annotations.bb/id', '7'), byName('p9'));
    expect(await find(...queries)).toEqual([
      ['p3'],
      ['p1'],
      ['p7'],
      ['p9'],
      ['p2'],
      ['p0'],
      ['p4'],
    ]);
    expect(methods().sort()).toEqual(['getEntities', 'getEntityByRef', 'queryEntities']);
  });

  it('cuts many values of a field into lots', async () => {
    const { find, calls } = setUp();
    const found = await find(...people.slice(0, 20).map((_, index) => byEmail(`p${index}@x.y`)));
    expect(found.map(names => names[0])).toEqual(people.slice(0, 20).map(p => p.metadata.name));
    expect(calls.map(call => call.request.query.$all[0]['spec.profile.email'].$in.length)).toEqual([
      6, 6, 6, 2,
    ]);
  });

  it('sends a value with a comma or white space around it by the predicate endpoint only', async () => {
    for (const value of ['a,b@x.y', ' a@x.y', 'a@x.y\u00a0', 'x%,y']) {
      const { source, calls } = setUp();
      await source.findMany([byEmail(value)]);
      expect(calls.filter(call => call.method === 'getEntities')).toEqual([]);
    }
    expect(await setUp().find(byEmail('a,b@x.y'))).toEqual([['comma']]);
  });

  it('loses nobody to a Unicode twin in the same lot', async () => {
    const { find } = setUp();
    const [kim, kelvin] = await find(
      ...['kim@x.y', '\u212aim@x.y', 'p1@x.y', 'p2@x.y', 'p3@x.y'].map(byEmail),
    );
    expect(kim).toContain('kim');
    expect(kelvin).toContain('kelvin');
  });

  it('reads all pages of an answer', async () => {
    const twins = Array.from({ length: 60 }, (_, index) => user(`t${index}`, { email: 't@x.y' }));
    const memory = new InMemoryCatalogClient({ entities: twins });
    const { find, calls } = setUp({ queryEntities: request => memory.queryEntities(request) });
    const queries = ['t@x.y', 'b@x.y', 'c@x.y', 'd@x.y', 'e@x.y'].map(byEmail);
    expect((await find(...queries))[0]).toHaveLength(60);
    expect(calls.length).toBeGreaterThan(2);
  });

  it('fetches and keeps only identity when it is told to', async () => {
    const { source, calls } = setUp({}, 'identity');
    const queries = ['0', '1', '2', '3'].map(id => byField('metadata.annotations.bb/id', id));
    const [first] = await source.findMany([...queries, byName('p5')]);
    expect(first).toEqual({
      type: 'entities',
      entities: [
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'User',
          metadata: { name: 'p0', namespace: 'default', annotations: { 'bb/id': '0' } },
          spec: { profile: { email: 'p0@x.y' } },
          relations: [],
        },
      ],
    });
    expect(calls.find(call => call.method === 'queryEntities')!.request.fields).toEqual([
      'apiVersion',
      'kind',
      'metadata.name',
      'metadata.namespace',
      'spec.profile.email',
      'relations',
      'metadata.annotations',
    ]);
  });

  it('sends both kinds of credentials, and signs a token once', async () => {
    const { source, calls } = setUp();
    await source.findMany([byName('p1'), byEmail('p1@x.y')]);
    await source.findMany([byName('p2')]);
    expect(calls).toHaveLength(3);
    for (const { options } of calls) {
      expect(options.credentials).toMatchObject({ principal: { type: 'service' } });
      expect(options.token).toMatch(/^mock-service-token/);
    }
  });
});

describe('a catalog in trouble', () => {
  it('is "unavailable" for all when it is down, and is not asked again', async () => {
    const cause = Object.assign(new Error('x'), { name: 'ResponseError', statusCode: 503 });
    const fail = () => Promise.reject(cause);
    const { source, calls } = setUp({ getEntitiesByRefs: fail, queryEntities: fail });
    const queries = [byName('a'), byName('b'), ...['a', 'b', 'c', 'd'].map(byEmail)];
    const answers = await source.findMany(queries);
    expect(answers).toEqual(queries.map(() => ({ type: 'unavailable', cause })));
    expect(calls).toHaveLength(2);
  });

  it('fails one query and not its neighbours when it refuses a request', async () => {
    const memory = new InMemoryCatalogClient({ entities: people });
    const refuse = () => Promise.reject(new InputError('bad'));
    const { find } = setUp({
      queryEntities: refuse,
      getEntitiesByRefs: refuse,
      getEntityByRef: (ref: { name: string }) =>
        ref.name === 'bad' ? refuse() : memory.getEntityByRef(ref as never),
      getEntities: (request: { filter: Record<string, unknown> }) =>
        JSON.stringify(request).includes('bad') ? refuse() : memory.getEntities(request as never),
    });
    const values = ['p1@x.y', 'bad@x.y', 'p2@x.y', 'p3@x.y'].map(byEmail);
    expect(await find(...values)).toEqual([['p1'], 'unavailable', ['p2'], ['p3']]);
    expect(await find(byName('p1'), byName('bad'), byName('p2'))).toEqual([
      ['p1'],
      'unavailable',
      ['p2'],
    ]);
  });

  it.each([null, undefined, {}, { items: null }, { items: [null, 7, {}, { kind: 'User' }] }])(
    'never makes the lookup reject, whatever nonsense it answers (%j)',
    async nonsense => {
      const answer = () => nonsense;
      const { source } = setUp(
        {
          queryEntities: answer,
          getEntities: answer,
          getEntitiesByRefs: answer,
          getEntityByRef: answer,
        },
        'identity',
      );
      const queries = [byName('a'), byEmail('a'), byName('b'), ...['b', 'c', 'd'].map(byEmail)];
      expect(await source.findMany(queries)).toHaveLength(queries.length);
      expect(await source.findMany([byName('a')])).toHaveLength(1);
      expect(await source.findMany([byEmail('a')])).toHaveLength(1);
      expect(await source.findMany([byEmail('a,b')])).toHaveLength(1);
    },
  );
});

describe('an older catalog', () => {
  const four = ['p1@x.y', 'a,b@x.y', 'p2@x.y', 'p3@x.y'].map(byEmail);

  it.each([
    ['answers 404', Object.assign(new Error('x'), { name: 'ResponseError', statusCode: 404 })],
    ['answers 405', Object.assign(new Error('x'), { name: 'ResponseError', statusCode: 405 })],
    ['throws NotFoundError', new NotFoundError('no route')],
  ])('whose predicate endpoint %s is noticed once, and asked by filter', async (_, error) => {
    const memory = new InMemoryCatalogClient({ entities: people });
    const { find, methods } = setUp({
      queryEntities: (request: { query?: unknown }) =>
        request.query ? Promise.reject(error) : memory.queryEntities(request as never),
    });
    expect(await find(...four)).toEqual([['p1'], ['comma'], ['p2'], ['p3']]);
    expect(methods().slice(0, 2)).toEqual(['queryEntities', 'getEntities']);
    const before = methods().length;
    expect(await find(...four)).toEqual([['p1'], ['comma'], ['p2'], ['p3']]);
    // By filter what is safe in one, by full text what is not.
    expect(methods().slice(before)).toEqual(['getEntities', 'queryEntities']);
  });

  it('that knows no full-text filter either finds nobody for a value with a comma', async () => {
    const gone = Object.assign(new Error('x'), { statusCode: 404 });
    const { find } = setUp({ queryEntities: () => Promise.reject(gone) });
    expect(await find(...four)).toEqual([['p1'], [], ['p2'], ['p3']]);
    expect(await find(byEmail('a,b@x.y'))).toEqual([[]]);
  });

  it('whose client ignores the predicate and lists everybody is noticed too', async () => {
    const memory = new InMemoryCatalogClient({ entities: people });
    const { find, methods } = setUp({
      queryEntities: ({ query: _, ...request }: { query?: unknown }) =>
        memory.queryEntities(request as never),
    });
    expect(await find(...four)).toEqual([['p1'], ['comma'], ['p2'], ['p3']]);
    expect(methods().slice(0, 2)).toEqual(['queryEntities', 'getEntities']);
  });

  it('that refuses the key totalItems is asked without it', async () => {
    const memory = new InMemoryCatalogClient({ entities: people });
    const { find, calls } = setUp({
      queryEntities: (request: { totalItems?: string }) =>
        request.totalItems
          ? Promise.reject(new InputError('unknown key totalItems'))
          : memory.queryEntities(request as never),
    });
    expect(await find(...four)).toEqual([['p1'], ['comma'], ['p2'], ['p3']]);
    await find(...four);
    expect(calls.map(call => call.request.totalItems)).toEqual(['exclude', undefined, undefined]);
  });

  it('is not believed to be old while it is only starting', async () => {
    const gone = Object.assign(new Error('x'), { statusCode: 404 });
    let starting = true;
    const memory = new InMemoryCatalogClient({ entities: people });
    const whenStarted = (method: Method) => (request: never) =>
      starting ? Promise.reject(gone) : memory[method](request);
    const { find } = setUp({
      queryEntities: whenStarted('queryEntities'),
      getEntities: whenStarted('getEntities'),
    });
    expect(await find(byEmail('a,b@x.y'))).toEqual(['unavailable']);
    expect(await find(...four)).toEqual([
      'unavailable',
      'unavailable',
      'unavailable',
      'unavailable',
    ]);
    starting = false;
    expect(await find(...four)).toEqual([['p1'], ['comma'], ['p2'], ['p3']]);
  });
});
