import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Demo } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import { expectations } from '../../demo/world/expectations';
import type { Expectation } from '../../demo/world/Expectation';
import { refreshOverHttp, signInOverHttp, signOutOverHttp } from '../support/signInOverHttp';

const signedIn = expectations.filter(({ expect: outcome }) => 'entityRef' in outcome);
const refused = expectations.filter(({ expect: outcome }) => 'code' in outcome);

function entityRefOf({ expect: outcome }: Expectation): string {
  return 'entityRef' in outcome ? outcome.entityRef : '';
}

function codeOf({ expect: outcome }: Expectation): string {
  return 'code' in outcome ? outcome.code : '';
}

describe.each([
  ['at the root', undefined],
  ['under a context path', '/bitbucket'],
])('The whole sign-in, with Bitbucket %s', (_where, contextPath) => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({ frontend: false, contextPath });
  });

  afterAll(async () => {
    await demo?.stop();
  });

  it('has a row in the table for every person of the demo, and the other way round', () => {
    const files = readdirSync(join(__dirname, '../../demo/world/users'));
    expect(files).toHaveLength(expectations.length);
    expect(demo.bitbucket.people.map(({ user }) => user.name).sort()).toEqual(
      expectations.map(({ username }) => username).sort(),
    );
  });

  it.each(signedIn)('signs in $username and keeps the session: $shows', async row => {
    const { response, error, session } = await signInOverHttp(demo.backendUrl, row.username);
    expect(error).toBeUndefined();
    expect(response?.backstageIdentity?.identity.userEntityRef).toBe(entityRefOf(row));

    const refreshed = await refreshOverHttp(session);
    expect(refreshed.error).toBeUndefined();
    expect(refreshed.response?.backstageIdentity?.identity).toEqual(
      response?.backstageIdentity?.identity,
    );
    expect(refreshed.response?.profile).toEqual(response?.profile);
    expect(refreshed.response?.providerInfo.accessToken).not.toBe(
      response?.providerInfo.accessToken,
    );
  });

  it.each(refused)('refuses $username: $shows', async row => {
    const { response, error, session } = await signInOverHttp(demo.backendUrl, row.username);
    expect(response).toBeUndefined();
    expect(error?.message).toMatch(
      new RegExp(`\\(${codeOf(row)}, reference [0-9A-Z]{4}-[0-9A-Z]{4}\\)$`),
    );
    const reference = /reference (\S+)\)$/.exec(error?.message ?? '')?.[1];
    expect(demo.logs.filter(line => line.includes(`reference ${reference}: `))).toHaveLength(1);

    const refreshed = await refreshOverHttp(session);
    expect(refreshed.response).toBeUndefined();
    expect(refreshed.error?.name).toBe('AuthenticationError');
  });

  it('shows a picture that loads, whether Bitbucket gives a relative or an absolute address', async () => {
    for (const username of ['ada', 'dorothy']) {
      const { response } = await signInOverHttp(demo.backendUrl, username);
      const picture = response?.profile.picture ?? '';
      expect(picture.startsWith(`${demo.bitbucket.baseUrl}/users/${username}/`)).toBe(true);
      const image = await fetch(picture);
      expect(image.headers.get('content-type')).toBe('image/png');
    }
  });

  it('says so when the person denies', async () => {
    const { error } = await signInOverHttp(demo.backendUrl, 'ada', { decision: 'deny' });
    expect(error?.message).toContain('AUTHORIZATION_DENIED');
  });

  it('says so when the application link does not grant the scope that the frontend asks for', async () => {
    const scope = 'PROJECT_ADMIN';
    const { error } = await signInOverHttp(demo.backendUrl, 'ada', { scope });
    expect(error?.message).toContain('AUTHORIZATION_SCOPE_INVALID');
  });

  it('writes no token and no client secret into the log', async () => {
    const { response, session } = await signInOverHttp(demo.backendUrl, 'ada');
    const refreshed = await refreshOverHttp(session);
    const secrets = [response, refreshed.response].map(answer => answer?.providerInfo.accessToken);
    const posted = demo.bitbucket.requests.map(({ body }) => new URLSearchParams(body));
    for (const field of ['client_secret', 'refresh_token']) {
      secrets.push(...posted.flatMap(form => form.getAll(field)));
    }
    expect(secrets.length).toBeGreaterThan(4);
    for (const secret of new Set(secrets)) {
      expect(secret?.length).toBeGreaterThan(15);
      expect(demo.logs.filter(line => line.includes(secret ?? ''))).toEqual([]);
    }
  });

  it('has no session left after signing out', async () => {
    const { session } = await signInOverHttp(demo.backendUrl, 'ada');
    await signOutOverHttp(session);
    expect(session.cookies.names()).not.toContain('bitbucketServer-refresh-token');
    expect((await refreshOverHttp(session)).response).toBeUndefined();
  });
});
