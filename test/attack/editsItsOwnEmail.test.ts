import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator, Fault } from '../../demo/bitbucket';
import { createDirectoryLookup } from '../../src/directory';
import { createBitbucketHttp } from '../../src/http';
import { fetchBitbucketServerUser, toPassportProfile } from '../../src/profile';
import { createSignInResolver, matchers } from '../../src/resolvers';
import type { Matcher } from '../../src/resolvers';
import { createEntityLookup, userEntity } from '../support/createEntityLookup';
import { person, readOnlyDirectory } from '../directory/support';

const emailTrust = 'readOnlyDirectory';
const byEmail: [string, Matcher][] = [
  ['profile email', matchers.profileEmail({ emailTrust })],
  ['profile email without its tag', matchers.profileEmail({ emailTrust, stripPlusTag: true })],
  ['local part', matchers.emailLocalPart({ emailTrust, allowedDomains: ['corp.example'] })],
  [
    'annotation',
    matchers.annotation({ from: 'email', annotation: 'corp.example/email', emailTrust }),
  ],
];
const entities = [
  userEntity('ada', {
    email: 'ada@corp.example',
    annotations: { 'corp.example/email': 'ada@corp.example' },
  }),
];

describe('an email that somebody typed into an internal directory', () => {
  let bitbucket: BitbucketSimulator;

  beforeEach(async () => {
    bitbucket = await startBitbucketSimulator({
      people: [
        person(1, 'robot', 'robot@corp.example'),
        person(7, 'ada', 'ada@corp.example', { directory: readOnlyDirectory }),
        person(66, 'mallory', 'mallory@corp.example'),
      ],
      serviceTokens: { 'service-token': 'robot' },
    });
  });

  afterEach(() => bitbucket.close());

  function createSignIn(matcher: Matcher) {
    const findDirectory = createDirectoryLookup({
      baseUrl: bitbucket.baseUrl,
      authorization: 'Bearer service-token',
      http: createBitbucketHttp({ retries: 0 }),
    });
    const resolver = createSignInResolver({
      match: [matcher],
      lookup: createEntityLookup(entities),
      findDirectory,
    });
    return async (username: string): Promise<string> => {
      const { baseUrl } = bitbucket;
      const { accessToken } = bitbucket.issueTokens(username);
      const user = await fetchBitbucketServerUser({ baseUrl, accessToken });
      const subs: string[] = [];
      const context: Partial<AuthResolverContext> = {
        resolveOwnershipEntityRefs: async () => ({ ownershipEntityRefs: [] }),
        issueToken: async ({ claims }) => {
          subs.push(claims.sub);
          return { token: 'token' };
        },
      };
      const fullProfile = toPassportProfile(user, { baseUrl });
      const info = { profile: { email: user.emailAddress }, result: { fullProfile } };
      const result = resolver(info, context as AuthResolverContext);
      return result.then(
        () => subs.join(),
        (error: { code?: string }) => error.code ?? String(error),
      );
    };
  }

  it.each(byEmail)('signs in nobody by %s, while the owner gets in', async (_what, matcher) => {
    const signIn = createSignIn(matcher);
    // Asked before the edit too, so that an answer in memory is not what protects Ada.
    expect(await signIn('mallory')).toBe('NO_MATCHING_USER');
    for (const emailAddress of ['ada@corp.example', 'ada+x@corp.example', 'ADA@corp.example']) {
      bitbucket.updateUser('mallory', { emailAddress });
      expect(await signIn('mallory')).toBe('NO_MATCHING_USER');
    }
    expect(await signIn('ada')).toBe('user:default/ada');
  });

  it('would have signed in as somebody else with emailTrust "always"', async () => {
    const signIn = createSignIn(matchers.profileEmail({ emailTrust: 'always' }));
    bitbucket.updateUser('mallory', { emailAddress: 'ada@corp.example' });
    expect(await signIn('mallory')).toBe('user:default/ada');
  });

  it.each<[string, Fault]>([
    ['is down', { status: 503 }],
    ['refuses the credential', { status: 401 }],
    ['sends a login page', { html: true }],
    ['sends nobody', { json: { values: [], isLastPage: true } }],
    [
      'sends nonsense',
      { json: { values: [{ name: 'mallory' }, { name: 'ada' }], isLastPage: true } },
    ],
  ])(
    'signs in nobody, not even the owner, when the list of directories %s',
    async (_what, fault) => {
      const signIn = createSignIn(matchers.profileEmail({ emailTrust }));
      bitbucket.updateUser('mallory', { emailAddress: 'ada@corp.example' });
      bitbucket.faults.set('admin-users', fault);
      expect(await signIn('mallory')).toBe('NO_MATCHING_USER');
      expect(await signIn('ada')).toBe('NO_MATCHING_USER');
    },
  );
});
