import type { JsonObject } from '@backstage/types';
import { startModule } from './support/startModule';

const path = 'auth.providers.bitbucketServer.production';
const valid = { clientId: 'id', clientSecret: 'planted-client-secret', host: 'git.corp.com/vcs' };

let read: (environment: JsonObject) => string[];

beforeAll(async () => {
  read = await startModule();
});

const byId = { resolver: 'userIdMatchingUserEntityAnnotation' };
const byEmail = { resolver: 'emailMatchingUserEntityProfileEmail' };

describe('the module, for an environment', () => {
  it('says in one line which server and which chain', () => {
    const lines = read({
      ...valid,
      signIn: { resolvers: [byId, { resolver: 'usernameMatchingUserEntityName' }] },
    });
    expect(lines).toEqual([
      'info: Bitbucket Server sign-in (production) with https://git.corp.com/vcs, resolvers: userIdMatchingUserEntityAnnotation, usernameMatchingUserEntityName; weakest link: usernameMatchingUserEntityName (a name that may be given to somebody else)',
    ]);
  });

  const byEmailOf = (emailTrust: string, more = {}) => ({ ...byEmail, emailTrust, ...more });
  const both = (...of: object[]) => ({ resolver: 'agreement', of });
  const bySlug = { resolver: 'userSlugMatchingUserEntityAnnotation' };
  const withoutUser = { dangerouslyAllowSignInWithoutUserInCatalog: true };
  const editable = 'emailMatchingUserEntityProfileEmail (an email address that people may edit)';

  it.each<[string, JsonObject[]]>([
    ['userIdMatchingUserEntityAnnotation (a user id)', [byId]],
    [editable, [byId, byEmail, bySlug]],
    [
      'emailMatchingUserEntityProfileEmail (an email address of a read-only directory)',
      [byId, bySlug, byEmailOf('readOnlyDirectory')],
    ],
    [
      'userSlugMatchingUserEntityAnnotation (a name that may be given to somebody else)',
      [byEmailOf('never'), bySlug, byId],
    ],
    ['agreement (a user id)', [both(byEmail, byId), byId]],
    ['agreement (a name that may be given to somebody else)', [byId, both(byEmail, bySlug)]],
    ['userIdMatchingUserEntityAnnotation (a user id)', [both(byEmailOf('never'), bySlug), byId]],
    [
      'userIdMatchingUserEntityAnnotation (anybody with an account may sign in without an entity)',
      [byEmail, { ...byId, ...withoutUser }],
    ],
    ['none, nobody can sign in', [byEmailOf('never')]],
  ])('names the weakest link: %s', (weakest, resolvers) => {
    const directory = { token: 'planted-token' };
    const lines = read({ ...valid, signIn: { resolvers }, directory });
    const said = lines.filter(line => line.startsWith('info')).join();
    expect(said.split('; weakest link: ')[1]).toBe(weakest);
  });

  it('gives access tokens only without resolvers, and says so', () => {
    expect(read(valid)).toEqual([
      'info: Bitbucket Server (production) with https://git.corp.com/vcs gives access tokens only: no signIn.resolvers are configured, so nobody can sign in with it',
    ]);
  });

  it('warns once of email matching without trust, naming the safe key', () => {
    const lines = read({ ...valid, signIn: { resolvers: [byEmail, byEmail] } });
    const warnings = lines.filter(line => line.startsWith('warn'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('use userIdMatchingUserEntityAnnotation');
  });

  it('warns of a directory that no resolver asks', () => {
    const lines = read({ ...valid, directory: { token: 'planted-client-secret' } });
    expect(lines).toContain(
      `warn: "${path}.directory" is not used: no resolver has emailTrust "readOnlyDirectory"`,
    );
  });

  it('takes every section', () => {
    const lines = read({
      ...valid,
      callbackUrl: 'https://backstage.corp.com/api/auth/bitbucketServer/handler/frame',
      additionalScopes: ['REPO_READ'],
      sessionDuration: { days: 7 },
      timeout: '5s',
      profileCacheTtl: '1 minute',
      profileTransforms: [{ transform: 'restrictEmailDomains', allowedDomains: ['corp.com'] }],
      userLookup: {
        ttl: '2 minutes',
        notFoundTtl: { seconds: 5 },
        maxEntries: 5,
        fields: 'identity',
      },
      directory: {
        username: 'svc',
        password: 'planted-client-secret',
        trustedDirectories: ['LDAP'],
      },
      ownership: { transitiveGroups: true, maxRefs: 100, maxDepth: 3 },
      signIn: { resolvers: [{ ...byEmail, emailTrust: 'readOnlyDirectory' }] },
    });
    expect(lines.join()).not.toMatch(/warn|planted-client-secret/);
  });

  it.each<[JsonObject, string]>([
    [{ ...valid, clientSecret: undefined }, `${path}.clientSecret`],
    [{ ...valid, clientId: '' }, `${path}.clientId`],
    [{ ...valid, host: undefined }, `${path}.host`],
    [{ ...valid, host: 'bitbucket.org' }, 'provider "bitbucket"'],
    [{ ...valid, host: 'http://git.corp.com' }, `${path}.host`],
    [{ ...valid, hosts: 'x' }, `"${path}.hosts" is not a known option; expected one of: clientId`],
    [
      { ...valid, signIn: { resolvers: [{ resolver: 'nope' }] } },
      `"${path}.signIn.resolvers[0].resolver"`,
    ],
    [{ ...valid, signIn: { resolver: 'x' } }, `"${path}.signIn.resolver" is not a known option`],
    [{ ...valid, userLookup: { tll: 5 } }, `"${path}.userLookup.tll" is not a known option`],
    [
      { ...valid, ownership: { transitive: true } },
      `"${path}.ownership.transitive" is not a known option`,
    ],
    [{ ...valid, directory: {} }, `"${path}.directory" must contain a credential`],
    [
      { ...valid, signIn: { resolvers: [{ ...byEmail, emailTrust: 'readOnlyDirectory' }] } },
      `"${path}.directory" is missing`,
    ],
  ])('refuses %j with the path of the key', (environment, message) => {
    expect(() => read(JSON.parse(JSON.stringify(environment)) as JsonObject)).toThrow(message);
  });

  it('shows no secret in an error', () => {
    let text = '';
    try {
      read({ ...valid, clientSecret: ['planted-client-secret'] });
    } catch (error) {
      text = String(error) + String((error as Error).stack);
    }
    expect(text).toContain('clientSecret');
    expect(text).not.toContain('planted-client-secret');
  });
});
