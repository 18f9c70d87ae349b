import type { Entity } from '@backstage/catalog-model';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { createSignInResolver, isSignInError, matchers } from '../../src';
import type { CatalogUserLookup, ChainStep, Matcher, UserLookupAnswer } from '../../src';
import { userEntity } from '../support/createEntityLookup';

const info = {
  profile: { email: 'jane@corp.com' },
  result: { fullProfile: { provider: 'x', id: '7', username: 'jane', displayName: 'Jane' } },
};
const byEmail = matchers.profileEmail();
const byName = matchers.entityName({ from: 'username' });

async function signIn(match: (Matcher | ChainStep)[], lookup: CatalogUserLookup, options = {}) {
  const subs: string[] = [];
  const context = {
    issueToken: async ({ claims }) => {
      subs.push(claims.sub);
      return { token: 'x' };
    },
  } as Partial<AuthResolverContext> as AuthResolverContext;
  const resolver = createSignInResolver({ match, lookup, ...options });
  const error: unknown = await resolver(info, context).then(
    () => undefined,
    reason => reason,
  );
  return { subs, code: isSignInError(error) ? error.code : error };
}

const always = (answer: UserLookupAnswer): CatalogUserLookup => ({
  find: async () => answer,
  isNameTaken: async () => false,
});
const entities = (...some: unknown[]): CatalogUserLookup =>
  always({ type: 'entities', entities: some as Entity[] });
const jane = userEntity('jane', { email: 'jane@corp.com' });

describe('a lookup of somebody else, whatever it answers', () => {
  it('signs in the person who is asked for', async () => {
    expect((await signIn([byEmail], entities(jane))).subs).toEqual(['user:default/jane']);
    expect((await signIn([byName], entities(jane, jane))).subs).toEqual(['user:default/jane']);
  });

  it.each<[string, unknown]>([
    ['another person', userEntity('root', { email: 'root@corp.com' })],
    ['a group', userEntity('jane', { kind: 'Group', email: 'jane@corp.com' })],
    ['a person of another namespace', userEntity('jane', { namespace: 'root' })],
    [
      'an email with a letter that only looks alike',
      userEntity('x', { email: 'j\u0430ne@corp.com' }),
    ],
    ['an entity without a name', { ...jane, metadata: {} }],
    ['an entity without metadata', { ...jane, metadata: undefined, name: 'jane', namespace: 'x' }],
    [
      'a list in place of a text',
      { ...jane, spec: { profile: { email: ['jane@corp.com'] } }, metadata: { name: ['jane'] } },
    ],
    ['nothing', null],
  ])('does not sign in %s', async (_what, entity) => {
    for (const step of [byEmail, byName]) {
      expect(await signIn([step], entities(entity))).toEqual({
        subs: [],
        code: 'NO_MATCHING_USER',
      });
    }
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'jane'],
    ['an entity', jane],
    ['an answer without entities', { type: 'entities' }],
    ['an unknown answer', { type: 'sure', entities: [jane] }],
  ])('that answers %s could not be asked', async (_what, answer) => {
    const lookup = always(answer as UserLookupAnswer);
    const step = { matcher: byName, dangerouslyAllowSignInWithoutUserInCatalog: true };
    expect(await signIn([step], lookup)).toEqual({ subs: [], code: 'CATALOG_UNAVAILABLE' });
  });

  describe('before a person without an entity gets a name', () => {
    const step = { matcher: byName, dangerouslyAllowSignInWithoutUserInCatalog: true };
    const nobody = entities();

    it('must have answered', async () => {
      expect((await signIn([step], nobody)).subs).toEqual(['user:default/jane']);
    });

    it.each<[string, Partial<CatalogUserLookup>]>([
      ['fails', { isNameTaken: () => Promise.reject(new Error('down')) }],
      [
        'throws',
        {
          isNameTaken: () => {
            throw new Error('down');
          },
        },
      ],
      ['answers nothing', { isNameTaken: async () => undefined as never }],
      ['answers text', { isNameTaken: async () => 'free' as never }],
      [
        'has only an old answer',
        { find: async () => ({ type: 'entities', entities: [], staleForMs: 1 }) },
      ],
      ['is down for a step', { find: async () => ({ type: 'unavailable', cause: 'down' }) }],
    ])('gives none when it %s', async (_what, broken) => {
      expect(await signIn([step], { ...nobody, ...broken })).toEqual({
        subs: [],
        code: 'CATALOG_UNAVAILABLE',
      });
    });

    it('is refused at start when it cannot tell', () => {
      const { find } = nobody;
      expect(() => createSignInResolver({ match: [step], lookup: { find } })).toThrow(
        '"match[0].dangerouslyAllowSignInWithoutUserInCatalog" needs a lookup with isNameTaken()',
      );
    });
  });

  it('keeps no account from being recognised, with an authenticator that tells no host or id', async () => {
    const accountIdAnnotation = 'git.corp.com/user-id';
    const named = (id: unknown) =>
      entities({
        ...jane,
        metadata: { ...jane.metadata, annotations: { [accountIdAnnotation]: id } },
      });
    const options = { accountIdAnnotation };
    expect((await signIn([byName], named('7'), options)).subs).toEqual(['user:default/jane']);
    for (const other of ['8', '07', ' 7', '', 7, null, ['7']]) {
      expect(await signIn([byName], named(other), options)).toEqual({
        subs: [],
        code: 'ENTITY_OF_ANOTHER_ACCOUNT',
      });
    }
    const withoutId = { ...info.result.fullProfile, id: undefined };
    const context = {} as AuthResolverContext;
    const resolver = createSignInResolver({ match: [byName], lookup: named('7'), ...options });
    await expect(
      resolver({ ...info, result: { fullProfile: withoutId } }, context),
    ).rejects.toMatchObject({ code: 'ENTITY_OF_ANOTHER_ACCOUNT' });
  });
});
