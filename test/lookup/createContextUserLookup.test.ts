import { ConflictError, NotFoundError } from '@backstage/errors';
import type { AuthResolverCatalogUserQuery } from '@backstage/plugin-auth-node';
import { createContextUserLookup } from '../../src/lookup';
import { byEmail, byField, byName, user } from './support/people';

type Find = (query: AuthResolverCatalogUserQuery) => Promise<{ entity: unknown }>;

function lookupWith(find: Find) {
  const asked: AuthResolverCatalogUserQuery[] = [];
  const lookup = createContextUserLookup({
    findCatalogUser: query => {
      asked.push(query);
      return find(query) as never;
    },
  });
  return { lookup, asked };
}

describe('createContextUserLookup', () => {
  it('asks for a name by the parts of its ref', async () => {
    const ada = user('ada');
    const { lookup, asked } = lookupWith(async () => ({ entity: ada }));
    expect(await lookup.find(byName('Ada'))).toEqual({ type: 'entities', entities: [ada] });
    expect(asked).toEqual([{ entityRef: { kind: 'User', namespace: 'default', name: 'Ada' } }]);
  });

  it('asks for a field by a filter that says the kind', async () => {
    const ada = user('ada', { email: 'ada@corp.example' });
    const { lookup, asked } = lookupWith(async () => ({ entity: ada }));
    const answer = await lookup.find(byEmail('Ada@corp.example'));
    expect(answer).toEqual({ type: 'entities', entities: [ada] });
    expect(asked).toEqual([{ filter: { kind: 'User', 'spec.profile.email': 'Ada@corp.example' } }]);
  });

  it.each(['a@b.c,kind=Group', ' a@b.c', 'a@b.c\t', '', 'a\nb', 'x'.repeat(300), '\ud800'])(
    'never sends the value %j in a filter, and finds nobody',
    async value => {
      const { lookup, asked } = lookupWith(async () => ({ entity: user('a', { email: value }) }));
      expect(await lookup.find(byEmail(value))).toEqual({ type: 'entities', entities: [] });
      expect(asked).toEqual([]);
    },
  );

  it.each(['a/b', 'a:b', '..', '.', '', 'a b', 'a%2fb', 'a?b', '\u202eadmin'])(
    'never builds a ref of the name %j, and finds nobody',
    async name => {
      const { lookup, asked } = lookupWith(async () => ({ entity: user(name) }));
      expect(await lookup.find(byName(name))).toEqual({ type: 'entities', entities: [] });
      expect(asked).toEqual([]);
    },
  );

  it('refuses an entity that does not answer the query, and says which', async () => {
    const { lookup } = lookupWith(async () => ({ entity: user('kim', { email: 'kim@a.b' }) }));
    expect(await lookup.find(byEmail('\u212aim@a.b'))).toEqual({
      type: 'entities',
      entities: [],
      rejected: [{ entityRef: 'user:default/kim', reason: 'its spec.profile.email is different' }],
    });
  });

  it.each([undefined, null, 'User', {}, { kind: 'User' }, { kind: 'User', metadata: {} }])(
    'survives the answer %j',
    async entity => {
      const { lookup } = lookupWith(async () => ({ entity }));
      const query = byField('metadata.name', 'ada');
      expect(await lookup.find(query)).toMatchObject({ type: 'entities', entities: [] });
    },
  );

  it('takes NotFoundError as nobody and ConflictError as several, by name', async () => {
    const foreign = Object.assign(new Error('x'), { name: 'NotFoundError' });
    for (const [error, expected] of [
      [new NotFoundError('x'), { type: 'entities', entities: [] }],
      [foreign, { type: 'entities', entities: [] }],
      [new ConflictError('x'), { type: 'conflict' }],
    ] as const) {
      const { lookup } = lookupWith(() => Promise.reject(error));
      expect(await lookup.find(byName('ada'))).toEqual(expected);
    }
  });

  it('takes every other failure as unavailable', async () => {
    for (const cause of [new Error('down'), 'text', undefined]) {
      const { lookup } = lookupWith(() => Promise.reject(cause));
      expect(await lookup.find(byName('ada'))).toEqual({ type: 'unavailable', cause });
    }
  });
});
