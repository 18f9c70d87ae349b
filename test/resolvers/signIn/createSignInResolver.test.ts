import type { Entity } from '@backstage/catalog-model';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { isSignInError } from '../../../src/errors';
import { parseBitbucketServerUser, toPassportProfile } from '../../../src/profile';
import { createSignInResolver, matchers } from '../../../src/resolvers';
import type { ChainStep, Matcher, SignInDecisionEvent } from '../../../src/resolvers';
import { createEntityLookup, userEntity } from '../../support/createEntityLookup';

const user = parseBitbucketServerUser({
  id: 7,
  name: 'jane',
  slug: 'jane-slug',
  emailAddress: 'jane@corp.com',
});
const info = {
  profile: { email: 'jane@corp.com' },
  result: { fullProfile: toPassportProfile(user, { baseUrl: 'https://git.corp.com' }) },
};
const byName = matchers.entityName({ from: 'username' });
const byEmail = matchers.profileEmail();
const jane = userEntity('jane', {
  relations: [
    { type: 'memberOf', targetRef: 'group:default/staff' },
    { type: 'memberOf', targetRef: 'group:default/staff' },
    { type: 'ownerOf', targetRef: 'component:default/x' },
  ],
});

function createContext(overrides: Partial<AuthResolverContext> = {}) {
  const issued: unknown[] = [];
  const context: AuthResolverContext = {
    issueToken: async ({ claims }) => {
      issued.push(claims);
      return { token: 'token' };
    },
    findCatalogUser: async () => {
      throw new Error('not to be asked');
    },
    signInWithCatalogUser: async () => {
      throw new Error('not to be asked');
    },
    resolveOwnershipEntityRefs: async () => ({
      ownershipEntityRefs: ['user:default/jane', 'group:default/a'],
    }),
    ...overrides,
  };
  return { context, issued };
}

async function refusalOf(match: (Matcher | ChainStep)[], entities: Entity[], options: object = {}) {
  const { context, issued } = createContext();
  const resolver = createSignInResolver({
    match,
    lookup: createEntityLookup(entities),
    ...options,
  });
  const error: unknown = await resolver(info, context).catch(reason => reason);
  expect(issued).toEqual([]);
  if (!isSignInError(error)) throw error;
  return error;
}

describe('createSignInResolver', () => {
  it("issues a token with the ownership that Backstage's resolver says", async () => {
    const { context, issued } = createContext();
    const resolver = createSignInResolver({ match: [byName], lookup: createEntityLookup([jane]) });
    expect(await resolver(info, context)).toEqual({ token: 'token' });
    expect(issued).toEqual([
      { sub: 'user:default/jane', ent: ['user:default/jane', 'group:default/a'] },
    ]);
  });

  it('falls back to the person and the direct groups in a legacy context', async () => {
    const { context, issued } = createContext();
    delete (context as Partial<AuthResolverContext>).resolveOwnershipEntityRefs;
    const resolver = createSignInResolver({ match: [byName], lookup: createEntityLookup([jane]) });
    await resolver(info, context);
    expect(issued).toEqual([
      { sub: 'user:default/jane', ent: ['user:default/jane', 'group:default/staff'] },
    ]);
  });

  it('extends the ownership when told to', async () => {
    const { context, issued } = createContext();
    const resolver = createSignInResolver({
      match: [byName],
      lookup: createEntityLookup([jane]),
      extendOwnership: async refs => [...refs, 'group:default/parent'],
    });
    await resolver(info, context);
    expect(issued).toMatchObject([
      { ent: ['user:default/jane', 'group:default/a', 'group:default/parent'] },
    ]);
  });

  it('asks through the context when it has no lookup', async () => {
    const findCatalogUser = jest.fn(async () => ({ entity: jane }));
    const { context, issued } = createContext({ findCatalogUser });
    await createSignInResolver({ match: [byName] })(info, context);
    expect(findCatalogUser).toHaveBeenCalledWith({
      entityRef: { kind: 'User', namespace: 'default', name: 'jane' },
    });
    expect(issued).toHaveLength(1);
  });

  it('says what was tried, and nothing of anybody else', async () => {
    const others = [userEntity('john', { email: 'john@corp.com' })];
    const error = await refusalOf([byEmail, byName], others);
    expect(error).toMatchObject({ code: 'NO_MATCHING_USER', name: 'NotFoundError' });
    expect(error.message).toContain('Tried: email address (no match), username (no match).');
    expect(error.message).not.toMatch(/jane@|john|corp\.com/);
    expect(error.detail).toContain('User with spec.profile.email = "jane@corp.com": nobody');
  });

  it('keeps the candidates of a conflict out of the public text', async () => {
    const twins = [
      userEntity('jane-one', { email: 'jane@corp.com' }),
      userEntity('jane-two', { email: 'Jane@Corp.com' }),
    ];
    const error = await refusalOf([byEmail, byName], twins);
    expect(error).toMatchObject({ code: 'MULTIPLE_MATCHING_USERS', name: 'ConflictError' });
    expect(error.message).not.toContain('jane-');
    expect(error.detail).toContain('user:default/jane-one, user:default/jane-two');
  });

  it.each<[string, ChainStep, string, string]>([
    [
      'nobody matches',
      { matcher: matchers.annotation({ from: 'id', annotation: 'a.b/c' }) },
      'NO_MATCHING_USER',
      'NotFoundError',
    ],
    [
      'nobody matches and the step stops',
      { matcher: matchers.annotation({ from: 'id', annotation: 'a.b/c' }), onNoMatch: 'stop' },
      'NO_MATCHING_USER',
      'NotAllowedError',
    ],
    [
      'denied',
      { matcher: matchers.profileEmail({ allowedDomains: ['x.org'] }), onDenied: 'stop' },
      'EMAIL_DOMAIN_NOT_ALLOWED',
      'NotAllowedError',
    ],
    [
      'not trusted',
      { matcher: matchers.profileEmail({ emailTrust: 'never' }), onDenied: 'stop' },
      'EMAIL_NOT_TRUSTED',
      'NotAllowedError',
    ],
    [
      'denied, by default',
      { matcher: matchers.profileEmail({ allowedDomains: ['x.org'] }) },
      'NO_MATCHING_USER',
      'NotFoundError',
    ],
  ])('refuses when %s', async (_what, step, code, name) => {
    expect(await refusalOf([step], [])).toMatchObject({ code, name });
  });

  it('never signs in without the directory when a step relies on it', async () => {
    const step = { matcher: matchers.profileEmail({ emailTrust: 'readOnlyDirectory' }) };
    const entities = [userEntity('jane', { email: 'jane@corp.com' })];
    const failing = async () => {
      throw new Error('down');
    };
    expect(await refusalOf([step], entities)).toMatchObject({ code: 'NO_MATCHING_USER' });
    const error = await refusalOf([step], entities, { findDirectory: failing });
    expect(error.detail).toContain('the directory is unknown: Error: down');

    const { context, issued } = createContext();
    const findDirectory = jest.fn(async () => ({ readOnly: true }));
    const lookup = createEntityLookup(entities);
    await createSignInResolver({ match: [step], lookup, findDirectory })(info, context);
    expect(issued).toHaveLength(1);
    expect(findDirectory).toHaveBeenCalledTimes(1);
  });

  it('asks for no directory when no step needs it', async () => {
    const findDirectory = jest.fn();
    const { context } = createContext();
    const lookup = createEntityLookup([jane]);
    await createSignInResolver({ match: [byName], lookup, findDirectory })(info, context);
    expect(findDirectory).not.toHaveBeenCalled();
  });

  it.each([
    ['the token cannot be issued', { issueToken: () => Promise.reject(new Error('disk full')) }],
    [
      'ownership cannot be resolved',
      { resolveOwnershipEntityRefs: () => Promise.reject(new Error('disk full')) },
    ],
  ])('says so when %s', async (_what, overrides) => {
    const { context } = createContext(overrides);
    const resolver = createSignInResolver({ match: [byName], lookup: createEntityLookup([jane]) });
    const error: unknown = await resolver(info, context).catch(reason => reason);
    if (!isSignInError(error)) throw error;
    expect(error).toMatchObject({ code: 'TOKEN_NOT_ISSUED', name: 'ServiceUnavailableError' });
    expect(error.message).not.toContain('disk full');
    expect(String(error.underlyingError)).toContain('disk full');
  });

  it('tells an observer of every decision, with the reference of the error', async () => {
    const events: SignInDecisionEvent[] = [];
    const onDecision = (event: SignInDecisionEvent) => void events.push(event);
    const error = await refusalOf([byName], [], { onDecision });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      decision: { outcome: 'refused', code: 'NO_MATCHING_USER' },
      reference: error.reference,
      subject: { id: '7' },
    });
    expect(events[0]!.trace().steps).toHaveLength(1);
  });

  it('tells an observer that no token could be issued, after it has tried', async () => {
    const events: SignInDecisionEvent[] = [];
    const { context } = createContext({ issueToken: () => Promise.reject(new Error('disk full')) });
    const resolver = createSignInResolver({
      match: [byName],
      lookup: createEntityLookup([jane]),
      onDecision: event => void events.push(event),
    });
    await expect(resolver(info, context)).rejects.toThrow('TOKEN_NOT_ISSUED');
    expect(events).toMatchObject([
      {
        decision: { outcome: 'refused', code: 'TOKEN_NOT_ISSUED', step: 'usernameEntityName' },
        result: info.result,
      },
    ]);
  });

  it('writes a refusal to the log under the same reference', async () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => void lines.push(line) };
    const error = await refusalOf([byName], [], { logger });
    expect(lines).toEqual([
      expect.stringContaining(`reference ${error.reference}: usernameEntityName: none`),
    ]);
  });

  describe('without a user in the catalog', () => {
    const step: ChainStep = {
      matcher: matchers.entityName({ from: 'username', namespaces: ['people'] }),
      dangerouslyAllowSignInWithoutUserInCatalog: true,
    };

    it('signs in as a ref of its own', async () => {
      const { context, issued } = createContext();
      const match = [
        { ...step, dangerouslyAllowSignInWithoutUserInCatalog: { namespace: 'guests' } },
      ];
      await createSignInResolver({ match, lookup: createEntityLookup([]) })(info, context);
      expect(issued).toEqual([{ sub: 'user:guests/jane', ent: ['user:guests/jane'] }]);
    });

    it('never as a ref that somebody has', async () => {
      expect(await refusalOf([step], [userEntity('jane')])).toMatchObject({
        code: 'USER_REF_TAKEN',
      });
    });

    it('never when a step was denied', async () => {
      const denied = { matcher: matchers.profileEmail({ allowedDomains: ['x.org'] }) };
      expect(await refusalOf([denied, step], [])).toMatchObject({ code: 'NO_MATCHING_USER' });
    });
  });

  it.each([
    [[], 'at least one matcher'],
    [undefined, 'at least one matcher'],
    [[{}], '"match[0]" must be a matcher'],
    [
      [{ matcher: byName, onMissing: 'skip' }],
      '"match[0].onMissing" must be one of: "next", "stop", got "skip"',
    ],
  ])('refuses the chain %j at once', (match, message) => {
    expect(() => createSignInResolver({ match: match as never })).toThrow(message);
  });
});
