import { ConflictError, NotFoundError } from '@backstage/errors';
import type {
  AuthResolverCatalogUserQuery,
  AuthResolverContext,
} from '@backstage/plugin-auth-node';
import type { UserQuery } from '../../src/lookup';
import { createSignInResolver, matchPlan } from '../../src/resolvers';
import type { SignInTrace } from '../../src/resolvers';
import { byEmail, byField, byName, user } from './support/people';

type Find = (query: AuthResolverCatalogUserQuery) => Promise<{ entity: unknown }>;

/** Signs in with a matcher that asks this, in a context that answers so. */
async function signIn(query: UserQuery, find: Find) {
  const asked: AuthResolverCatalogUserQuery[] = [];
  const context: Partial<AuthResolverContext> = {
    findCatalogUser: each => {
      asked.push(each);
      return find(each) as never;
    },
    issueToken: async ({ claims }) => ({ token: claims.sub }),
    resolveOwnershipEntityRefs: async () => ({ ownershipEntityRefs: [] }),
  };
  const traces: SignInTrace[] = [];
  const resolver = createSignInResolver({
    match: [{ name: 'own', label: 'own', match: () => matchPlan.query(query) }],
    onDecision: ({ trace }) => void traces.push(trace()),
  });
  const info = { profile: {}, result: {} };
  const answer = await resolver(info, context as AuthResolverContext).catch(
    ({ code }: { code: string }) => code,
  );
  return { answer, asked, lookup: traces[0]!.steps[0]!.lookups[0]! };
}

const asAda = { token: 'user:default/ada' };

describe('a sign-in resolver without a lookup', () => {
  it('asks for a name by the parts of its ref', async () => {
    const ada = user('ada');
    const { answer, asked } = await signIn(byName('Ada'), async () => ({ entity: ada }));
    expect(answer).toEqual(asAda);
    expect(asked).toEqual([{ entityRef: { kind: 'User', namespace: 'default', name: 'Ada' } }]);
  });

  it('asks for a field by a filter that says the kind', async () => {
    const ada = user('ada', { email: 'ada@corp.example' });
    const query = byEmail('Ada@corp.example');
    const { answer, asked } = await signIn(query, async () => ({ entity: ada }));
    expect(answer).toEqual(asAda);
    expect(asked).toEqual([{ filter: { kind: 'User', 'spec.profile.email': 'Ada@corp.example' } }]);
  });

  it.each(['a@b.c,kind=Group', ' a@b.c', 'a@b.c\t', '', 'a\nb', 'x'.repeat(300), '\ud800'])(
    'never sends the value %j in a filter, and finds nobody',
    async value => {
      const entity = user('a', { email: value });
      const { answer, asked } = await signIn(byEmail(value), async () => ({ entity }));
      expect(answer).toBe('NO_MATCHING_USER');
      expect(asked).toEqual([]);
    },
  );

  it.each(['a/b', 'a:b', '..', '.', '', 'a b', 'a%2fb', 'a?b', '\u202eadmin'])(
    'never builds a ref of the name %j, and finds nobody',
    async name => {
      const { answer, asked } = await signIn(byName(name), async () => ({ entity: user(name) }));
      expect(answer).toBe('NO_MATCHING_USER');
      expect(asked).toEqual([]);
    },
  );

  it('refuses an entity that does not answer the query, and says which', async () => {
    const entity = user('kim', { email: 'kim@a.b' });
    const { answer, lookup } = await signIn(byEmail('\u212aim@a.b'), async () => ({ entity }));
    expect(answer).toBe('NO_MATCHING_USER');
    expect(lookup.candidates).toEqual([
      { entityRef: 'user:default/kim', rejectedBecause: 'its spec.profile.email is different' },
    ]);
  });

  it.each([undefined, null, 'User', {}, { kind: 'User' }, { kind: 'User', metadata: {} }])(
    'survives the answer %j',
    async entity => {
      const query = byField('metadata.name', 'ada');
      expect((await signIn(query, async () => ({ entity }))).answer).toBe('NO_MATCHING_USER');
    },
  );

  it('takes NotFoundError as nobody and ConflictError as several, by name', async () => {
    const foreign = Object.assign(new Error('x'), { name: 'NotFoundError' });
    for (const [error, expected] of [
      [new NotFoundError('x'), 'NO_MATCHING_USER'],
      [foreign, 'NO_MATCHING_USER'],
      [new ConflictError('x'), 'MULTIPLE_MATCHING_USERS'],
    ] as const) {
      const { answer } = await signIn(byName('ada'), () => Promise.reject(error));
      expect(answer).toBe(expected);
    }
  });

  it('takes every other failure as unavailable', async () => {
    for (const [cause, shown] of [
      [new Error('down'), 'Error: down'],
      ['text', 'text'],
      [undefined, 'undefined'],
    ] as const) {
      const { answer, lookup } = await signIn(byName('ada'), () => Promise.reject(cause));
      expect(answer).toBe('CATALOG_UNAVAILABLE');
      expect(lookup.problem).toContain(`the catalog is unavailable: ${shown}`);
    }
  });
});
