import { createOAuthProviderFactory } from '@backstage/plugin-auth-node';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import { bitbucketServerAuthenticator, createBitbucketServerSignInResolvers } from '../../src';
import { allow } from '../authenticator/support/allow';
import { jane as account } from '../authenticator/support/people';
import { startAuthBackend } from '../authenticator/support/startAuthBackend';
import type { AuthBackend } from '../authenticator/support/startAuthBackend';
import { createEntityLookup, userEntity } from '../support/createEntityLookup';

const jane = { ...account, name: 'jdoe', slug: 'jdoe' };
const link = { clientId: 'backstage', clientSecret: 'planted-client-secret' };
const byName = { resolver: 'usernameMatchingUserEntityName' };
const byEmail = { resolver: 'emailMatchingUserEntityProfileEmail' };
const bySlug = { resolver: 'userSlugMatchingUserEntityName', namespaces: ['empty'] };
const twins = ['one', 'two'].map(name => userEntity(name, { email: jane.emailAddress }));

// Whoever writes "stop" relies on it that the laxer resolver behind is not asked.
describe("a step that says stop, in Backstage's own reader of resolver lists", () => {
  let simulator: BitbucketSimulator;
  let backend: AuthBackend | undefined;

  beforeAll(async () => {
    simulator = await startBitbucketSimulator({
      people: [{ user: jane }],
      clients: [{ ...link, redirectUris: [], scopes: ['REPO_READ'] }],
    });
  });

  afterEach(() => backend?.stop());
  afterAll(() => simulator.close());

  async function signIn(...resolvers: { resolver: string; [option: string]: unknown }[]) {
    const lookup = createEntityLookup([userEntity(jane.name), ...twins]);
    backend = await startAuthBackend(
      {
        development: {
          ...link,
          baseUrl: simulator.baseUrl,
          signIn: { resolvers: JSON.parse(JSON.stringify(resolvers)) },
        },
      },
      createOAuthProviderFactory({
        authenticator: bitbucketServerAuthenticator,
        signInResolverFactories: createBitbucketServerSignInResolvers({ lookup }),
      }),
    );
    const browser = backend.createBrowser();
    const { backstageIdentity, error } = await browser.comeBack(
      allow(simulator, jane.name, await browser.start()),
    );
    return { as: backstageIdentity?.identity.userEntityRef, ...error };
  }

  const missing = { ...byName, stripPrefix: 'CORP\\' };
  const denied = { ...byEmail, allowedDomains: ['x.example'] };
  const user = `user:default/${jane.name}`;

  it.each([
    ['nobody matches', { ...bySlug, onNoMatch: 'stop' }, 'NO_MATCHING_USER'],
    ['an attribute is missing', { ...missing, onMissing: 'stop' }, 'ATTRIBUTE_MISSING'],
    ['an attribute is denied', { ...denied, onDenied: 'stop' }, 'EMAIL_DOMAIN_NOT_ALLOWED'],
    ['several match', { ...byEmail, onAmbiguous: 'stop' }, 'MULTIPLE_MATCHING_USERS'],
  ])('stops when %s', async (_what, step, code) => {
    const { as, name, message } = await signIn(step, byName);
    expect(as).toBeUndefined();
    expect(message).toContain(`(${code}, reference`);
    expect(name).not.toBe('NotFoundError');
  });

  it.each([
    ['nobody matches', { ...bySlug, onNoMatch: 'next' }],
    ['an attribute is missing', { ...missing, onMissing: 'next' }],
    ['an attribute is denied', { ...denied, onDenied: 'next' }],
    ['several match', { ...byEmail, onAmbiguous: 'next' }],
  ])('goes on when it says next and %s', async (_what, step) => {
    expect(await signIn(step, byName)).toEqual({ as: user });
  });
});
