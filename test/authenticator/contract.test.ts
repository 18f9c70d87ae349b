import { createHash } from 'node:crypto';
import { createOAuthProviderFactory, decodeOAuthState } from '@backstage/plugin-auth-node';
import type { OAuthState, OAuthStateTransform } from '@backstage/plugin-auth-node';
import type { JsonObject } from '@backstage/types';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import {
  bitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import { allow } from './support/allow';
import type { Browser } from './support/createBrowser';
import { jane } from './support/people';
import { signInByUsername, startAuthBackend } from './support/startAuthBackend';
import type { AuthBackend } from './support/startAuthBackend';

const ours = createBitbucketServerProviderFactory({
  environments: ['development', 'extra'],
  createOptions: () => ({
    authenticator: bitbucketServerAuthenticator,
    signInResolver: signInByUsername,
  }),
});
const link = { clientId: 'backstage', clientSecret: 'backstage-secret' };

describe.each([
  ['its own factory', ours],
  [
    "Backstage's factory",
    createOAuthProviderFactory({
      authenticator: bitbucketServerAuthenticator,
      signInResolver: signInByUsername,
    }),
  ],
])('the authenticator in a real auth backend through %s', (_name, factory) => {
  let simulator: BitbucketSimulator;
  let backend: AuthBackend;
  let browser: Browser;

  beforeAll(async () => {
    simulator = await startBitbucketSimulator({
      people: [{ user: jane }],
      clients: [{ ...link, redirectUris: [], scopes: ['REPO_WRITE'] }],
      requirePkce: true,
      contextPath: '/bitbucket',
    });
    backend = await startAuthBackend(
      {
        development: { ...link, baseUrl: simulator.baseUrl },
        extra: { ...link, baseUrl: simulator.baseUrl, additionalScopes: ['REPO_READ'] },
      },
      factory,
    );
  });

  beforeEach(() => {
    simulator.clearRequests();
    browser = backend.createBrowser();
  });

  afterAll(async () => {
    await backend.stop();
    await simulator.close();
  });

  it('sends the browser to the consent page with the documented parameters and PKCE', async () => {
    const page = await browser.start();
    const { state, code_challenge, redirect_uri, ...rest } = Object.fromEntries(page.searchParams);
    expect(page.origin + page.pathname).toBe(`${simulator.baseUrl}/rest/oauth2/latest/authorize`);
    expect(rest).toEqual({
      response_type: 'code',
      client_id: 'backstage',
      code_challenge_method: 'S256',
    });
    expect(code_challenge).toMatch(/^[\w-]{43}$/);
    expect(redirect_uri).toMatch(/\/api\/auth\/bitbucketServer\/handler\/frame$/);
    expect(decodeOAuthState(state!)).toEqual({
      env: 'development',
      nonce: decodeURIComponent(browser.cookies.get('bitbucketServer-nonce')!.value),
      origin: 'http://localhost:3000',
      flow: 'popup',
    });
    // Nothing in it that a decoding could change.
    expect(state).toMatch(/^[0-9a-f]+$/);
  });

  it('keeps the nonce for ten minutes in a cookie that only the callback gets', async () => {
    await browser.start();
    expect(browser.cookies.get('bitbucketServer-nonce')!.attributes).toMatchObject({
      'max-age': '600',
      path: '/api/auth/bitbucketServer/handler',
      httponly: '',
      samesite: 'Lax',
    });
  });

  it('keeps a random verifier beside it, which no address shows, and clears both at the callback', async () => {
    const page = await browser.start();
    const nonce = browser.cookies.get('bitbucketServer-nonce')!;
    const attempt = browser.cookies.get('bitbucketServer-attempt')!;
    expect(attempt.attributes).toEqual(nonce.attributes);
    const { v: verifier } = JSON.parse(Buffer.from(attempt.value, 'base64url').toString());
    expect(verifier).toMatch(/^[\w-]{43}$/);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    expect(page.searchParams.get('code_challenge')).toBe(challenge);
    expect(page.href + Buffer.from(page.searchParams.get('state')!, 'hex')).not.toContain(verifier);

    const { wire } = await browser.comeBack(allow(simulator, jane.name, page));
    expect([...browser.cookies.keys()]).toEqual(['bitbucketServer-refresh-token']);
    expect(wire).toMatch(/^set-cookie: .*bitbucketServer-nonce=;.*Max-Age=0/m);
    const [sent] = simulator.requests.filter(({ path }) => path.endsWith('/token'));
    expect(new URLSearchParams(sent!.body).get('code_verifier')).toBe(verifier);
  });

  it('asks for the scopes of the frontend and the config, and for none of its own', async () => {
    const asked = await browser.start({ scope: 'REPO_READ PUBLIC_REPOS' });
    expect(asked.searchParams.get('scope')).toBe('REPO_READ PUBLIC_REPOS');
    const added = await browser.start({ env: 'extra', scope: 'PUBLIC_REPOS' });
    expect(added.searchParams.get('scope')).toBe('PUBLIC_REPOS REPO_READ');
  });

  it('makes another challenge for every attempt', async () => {
    const [first, second] = [await browser.start(), await browser.start()];
    expect(first.searchParams.get('code_challenge')).not.toBe(
      second.searchParams.get('code_challenge'),
    );
  });

  it('answers a sign-in with profile, provider info, identity and the refresh token cookie', async () => {
    const session = await browser.comeBack(allow(simulator, jane.name, await browser.start()));
    expect(session).toMatchObject({
      status: 200,
      profile: {
        email: 'jane@corp.example',
        displayName: 'Jane Doe',
        picture: `${simulator.baseUrl}/users/jdoe_corp.example/avatar.png?s=256`,
      },
      providerInfo: { accessToken: expect.any(String), scope: '', expiresInSeconds: 3600 },
      backstageIdentity: { identity: { userEntityRef: 'user:default/jdoe@corp.example' } },
    });
    const cookie = browser.cookies.get('bitbucketServer-refresh-token')!;
    expect(cookie.value.length).toBeGreaterThan(20);
    expect(cookie.attributes).toMatchObject({
      'max-age': String(1_000 * 24 * 60 * 60),
      path: '/api/auth/bitbucketServer',
      httponly: '',
      samesite: 'Lax',
    });
  });

  it('sends the client credentials and the verifier in the body, and never as Basic', async () => {
    await browser.comeBack(allow(simulator, jane.name, await browser.start()));
    const [request] = simulator.requests.filter(({ path }) => path.endsWith('/token'));
    expect(request!.headers.authorization).toBeUndefined();
    expect(request!.query).toEqual({});
    expect(Object.fromEntries(new URLSearchParams(request!.body))).toEqual({
      grant_type: 'authorization_code',
      code: expect.any(String),
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      client_id: 'backstage',
      client_secret: 'backstage-secret',
      redirect_uri: expect.stringMatching(/\/api\/auth\/bitbucketServer\/handler\/frame$/),
    });
  });

  it('asks who am I under /rest, and for the user by slug: two calls', async () => {
    await browser.comeBack(allow(simulator, jane.name, await browser.start()));
    const reads = simulator.requests.filter(({ method }) => method === 'GET');
    expect(reads.map(({ path, query }) => [path, query.filter])).toEqual([
      ['/bitbucket/rest/api/latest/application-properties', undefined],
      [`/bitbucket/rest/api/latest/users/${jane.slug}`, undefined],
    ]);
  });

  it('answers a refresh with new tokens in body and cookie', async () => {
    const first = await browser.comeBack(allow(simulator, jane.name, await browser.start()));
    const oldCookie = browser.cookies.get('bitbucketServer-refresh-token')!.value;
    const second = await browser.refresh();
    expect(second).toMatchObject({
      status: 200,
      profile: first.profile,
      backstageIdentity: { identity: { userEntityRef: 'user:default/jdoe@corp.example' } },
    });
    expect(second.providerInfo!.accessToken).not.toBe(first.providerInfo!.accessToken);
    expect(browser.cookies.get('bitbucketServer-refresh-token')!.value).not.toBe(oldCookie);
    expect((await browser.refresh()).status).toBe(200);
  });

  it('says which scopes a session has although the token answer does not', async () => {
    const page = await browser.start({ scope: 'REPO_READ PUBLIC_REPOS' });
    const first = await browser.comeBack(allow(simulator, jane.name, page));
    const second = await browser.refresh({ scope: 'REPO_READ PUBLIC_REPOS' });
    expect(first.providerInfo!.scope).toBe('REPO_READ PUBLIC_REPOS');
    expect(second.providerInfo!.scope).toBe('REPO_READ PUBLIC_REPOS');
  });

  it('refuses a refresh without a cookie', async () => {
    expect((await browser.refresh()).status).toBe(401);
  });
});

describe('the provider in a real auth backend, by its config', () => {
  it.each<[string, JsonObject, string, string]>([
    [
      'host',
      { ...link, host: 'bitbucket.example.com' },
      'https://bitbucket.example.com/rest/oauth2/latest/authorize',
      'http://localhost:3000/cb',
    ],
    [
      'host with port and context path',
      { ...link, host: 'Bitbucket.example.com:8443/bitbucket/' },
      'https://bitbucket.example.com:8443/bitbucket/rest/oauth2/latest/authorize',
      'http://localhost:3000/cb',
    ],
    [
      'baseUrl',
      { ...link, baseUrl: 'https://bitbucket.example.com/stash/' },
      'https://bitbucket.example.com/stash/rest/oauth2/latest/authorize',
      'http://localhost:3000/cb',
    ],
  ])('takes %s and callbackUrl', async (_name, config, address, callbackUrl) => {
    const backend = await startAuthBackend({ development: { ...config, callbackUrl } }, ours);
    try {
      const page = await backend.createBrowser().start();
      expect(page.origin + page.pathname).toBe(address);
      expect(page.searchParams.get('redirect_uri')).toBe(callbackUrl);
    } finally {
      await backend.stop();
    }
  });

  it('limits the life of the refresh token cookie to sessionDuration', async () => {
    const simulator = await startBitbucketSimulator({ people: [{ user: jane }] });
    const environment = { ...link, baseUrl: simulator.baseUrl, sessionDuration: { hours: 8 } };
    const backend = await startAuthBackend({ development: environment }, ours);
    try {
      const browser = backend.createBrowser();
      await browser.comeBack(allow(simulator, jane.name, await browser.start()));
      const cookie = browser.cookies.get('bitbucketServer-refresh-token')!;
      expect(cookie.attributes['max-age']).toBe(String(8 * 60 * 60));
    } finally {
      await backend.stop();
      await simulator.close();
    }
  });
});

describe('a stateTransform of the factory', () => {
  let simulator: BitbucketSimulator;
  let backend: AuthBackend | undefined;

  async function startWith(stateTransform: OAuthStateTransform): Promise<Browser> {
    const factory = createBitbucketServerProviderFactory({
      createOptions: () => ({
        authenticator: bitbucketServerAuthenticator,
        signInResolver: signInByUsername,
        stateTransform,
      }),
    });
    const development = { ...link, baseUrl: simulator.baseUrl };
    backend = await startAuthBackend({ development }, factory);
    return backend.createBrowser();
  }

  beforeAll(async () => {
    simulator = await startBitbucketSimulator({
      people: [{ user: jane }],
      clients: [{ ...link, redirectUris: [], scopes: [] }],
    });
  });

  afterEach(() => backend?.stop());
  afterAll(() => simulator.close());

  it('adds to the state, and sees the request of the start', async () => {
    const browser = await startWith(async (state, { req }) => ({
      state: { ...state, tenant: String(req.query.tenant) } as OAuthState,
    }));
    const page = await browser.start({ tenant: 'north' });
    expect(decodeOAuthState(page.searchParams.get('state')!)).toMatchObject({
      env: 'development',
      tenant: 'north',
    });
    expect(await browser.comeBack(allow(simulator, jane.name, page))).toMatchObject({
      backstageIdentity: { identity: { userEntityRef: 'user:default/jdoe@corp.example' } },
    });
  });

  it('signs nobody in when it changes the nonce', async () => {
    const browser = await startWith(async state => ({ state: { ...state, nonce: 'another' } }));
    const { error } = await browser.comeBack(allow(simulator, jane.name, await browser.start()));
    expect(error?.message).toContain('(AUTHORIZATION_STATE_INVALID, reference');
  });
});
