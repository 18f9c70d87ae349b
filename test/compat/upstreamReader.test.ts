import { ConfigReader } from '@backstage/config';
import { readDeclarativeSignInResolver } from '@backstage/plugin-auth-node';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { bitbucketServerSignInResolvers, isSignInError } from '../../src';
import { userEntity } from '../support/createEntityLookup';

/** A sign-in as upstream's authenticator gives it: no slug, no state of the account, no host. */
const thin = (extra: object = {}) => ({
  profile: { email: 'jane@corp.com' },
  result: {
    fullProfile: {
      provider: 'bitbucketServer',
      id: '7',
      username: 'jane',
      displayName: 'Jane',
      emails: [{ value: 'jane@corp.com' }],
      ...extra,
    },
  },
});

function read(...resolvers: object[]) {
  return readDeclarativeSignInResolver({
    config: new ConfigReader({ signIn: { resolvers: resolvers as never } }),
    signInResolverFactories: bitbucketServerSignInResolvers,
  })!;
}

function createContext(find: AuthResolverContext['findCatalogUser']) {
  const subs: string[] = [];
  const context = {
    findCatalogUser: find,
    issueToken: async ({ claims }) => {
      subs.push(claims.sub);
      return { token: 'x' };
    },
    resolveOwnershipEntityRefs: async () => ({ ownershipEntityRefs: [] }),
  } as Partial<AuthResolverContext> as AuthResolverContext;
  return { context, subs };
}

const byEmail = { resolver: 'emailMatchingUserEntityProfileEmail' };
const byName = { resolver: 'usernameMatchingUserEntityName' };
const bySlug = { resolver: 'userSlugMatchingUserEntityName' };
const onlyByName: AuthResolverContext['findCatalogUser'] = async query => {
  if ('entityRef' in query) return { entity: userEntity('jane') };
  throw new NotFoundError('User not found');
};

describe("Upstream's config reader with the factories of this package", () => {
  it('goes on after no match, a missing attribute and a denied one', async () => {
    const { context, subs } = createContext(onlyByName);
    const denied = { ...byEmail, allowedDomains: ['x.org'] };
    await read(byEmail, bySlug, denied, byName)(thin(), context);
    expect(subs).toEqual(['user:default/jane']);
  });

  it.each([
    ['a conflict', new ConflictError('several'), 'MULTIPLE_MATCHING_USERS', 'ConflictError'],
    ['an outage', new Error('down'), 'CATALOG_UNAVAILABLE', 'ServiceUnavailableError'],
  ])('ends at %s', async (_what, fault, code, name) => {
    const { context, subs } = createContext(async query => {
      if ('entityRef' in query) return { entity: userEntity('jane') };
      throw fault;
    });
    const error: unknown = await read(byEmail, byName)(thin(), context).catch(reason => reason);
    expect(isSignInError(error)).toBe(true);
    expect(error).toMatchObject({ code, name });
    expect(subs).toEqual([]);
  });

  it('refuses at start what it cannot do', () => {
    expect(() => read({ ...byName, nope: 1 })).toThrow(
      'not a known option; expected one of: namespaces, normalize',
    );
    expect(() => read({ resolver: 'userIdMatchingUserEntityAnnotation' })).toThrow(
      'needs the option "annotation"',
    );
    expect(() => read({ resolver: 'nope' })).toThrow("'nope' is not available");
  });

  it("takes a slug that upstream's profile lacks for missing, and says so", async () => {
    const { context } = createContext(onlyByName);
    const resolver = bitbucketServerSignInResolvers.userSlugMatchingUserEntityName();
    const error: unknown = await resolver(thin(), context).catch(reason => reason);
    if (!isSignInError(error)) throw error;
    expect(error.code).toBe('ATTRIBUTE_MISSING');
    expect(error.detail).toContain('the account has no slug');
  });
});
