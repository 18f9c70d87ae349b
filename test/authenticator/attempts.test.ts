import { encodeOAuthState } from '@backstage/plugin-auth-node';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import {
  bitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import { deferred } from '../support/controlled';
import { allow } from './support/allow';
import type { Browser, SessionMessage } from './support/createBrowser';
import { jane } from './support/people';
import { signInByUsername, startAuthBackend } from './support/startAuthBackend';
import type { AuthBackend } from './support/startAuthBackend';

const link = { clientId: 'backstage', clientSecret: 'planted-client-secret' };

describe('a sign-in attempt that fails', () => {
  let simulator: BitbucketSimulator;
  let backend: AuthBackend;
  let browser: Browser;
  let clockOffset = 0;

  beforeAll(async () => {
    simulator = await startBitbucketSimulator({
      people: [{ user: jane }],
      clients: [{ ...link, redirectUris: [], scopes: ['REPO_READ'] }],
      requirePkce: true,
      now: () => Date.now() + clockOffset,
    });
    const { baseUrl } = simulator;
    backend = await startAuthBackend(
      {
        development: { ...link, baseUrl },
        misconfigured: { ...link, baseUrl, clientSecret: 'planted-wrong-secret' },
      },
      createBitbucketServerProviderFactory({
        environments: ['development', 'misconfigured'],
        createOptions: () => ({
          authenticator: bitbucketServerAuthenticator,
          signInResolver: signInByUsername,
        }),
      }),
    );
  });

  beforeEach(() => {
    clockOffset = 0;
    simulator.faults.clear();
    simulator.clearRequests();
    backend.log.lines.length = 0;
    browser = backend.createBrowser();
  });

  afterAll(async () => {
    await backend.stop();
    await simulator.close();
  });

  /** The refusal, after a look at what every refusal has to hold. */
  function expectRefusal(session: SessionMessage, code: string, name: string): string {
    expect(session.backstageIdentity).toBeUndefined();
    expect(session.error!.name).toBe(name);
    const { message } = session.error!;
    const [, reference] =
      new RegExp(`\\(${code}, reference ([0-9A-Z-]{9})\\)$`).exec(message) ?? [];
    const lines = backend.log.lines.filter(line => line.includes(`reference ${reference}`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(code);
    expect(browser.cookies.has('bitbucketServer-refresh-token')).toBe(false);
    expect(session.wire + backend.log.lines.join()).not.toMatch(/planted/);
    return message.slice(0, message.lastIndexOf(' ('));
  }

  /** What Bitbucket answers to the consent page when it does not show one. */
  async function refusedByBitbucket(page: URL): Promise<string> {
    const response = await fetch(page, { redirect: 'manual' });
    return response.headers.get('location')!;
  }

  const stateOf = (page: URL) => page.searchParams.get('state')!;
  const callback = (query: Record<string, string>) =>
    `http://localhost/handler/frame?${new URLSearchParams(query)}`;

  it('because the person denied it', async () => {
    const page = await browser.start();
    const redirectUrl = callback({ error: 'access_denied', state: stateOf(page) });
    expect(
      expectRefusal(await browser.comeBack(redirectUrl), 'AUTHORIZATION_DENIED', 'NotAllowedError'),
    ).toBe(
      'You did not allow Backstage to sign you in with Bitbucket Server. Try again and choose "Allow".',
    );
  });

  it('because the link grants less than the frontend asks for', async () => {
    const page = await browser.start({ scope: 'PROJECT_ADMIN' });
    const session = await browser.comeBack(await refusedByBitbucket(page));
    expect(expectRefusal(session, 'AUTHORIZATION_SCOPE_INVALID', 'NotAllowedError')).toBe(
      'Backstage asked Bitbucket Server for more permissions than its application link grants. Please tell your Backstage administrators. ' +
        'Requested: PROJECT_ADMIN. The application link grants: PUBLIC_REPOS REPO_READ. ' +
        'To fix it, either let the frontend ask for less (set the defaultScopes of its Bitbucket Server auth API to PUBLIC_REPOS REPO_READ; signing in needs only PUBLIC_REPOS), ' +
        'or tick PROJECT_ADMIN on the application link in Bitbucket Server.',
    );
  });

  it('because the link grants less, in words of Bitbucket that are not known', async () => {
    const page = await browser.start({ scope: 'REPO_ADMIN' });
    const redirectUrl = callback({
      error: 'invalid_scope',
      error_description: '<script>alert(1)</script>',
      state: stateOf(page),
    });
    const text = expectRefusal(
      await browser.comeBack(redirectUrl),
      'AUTHORIZATION_SCOPE_INVALID',
      'NotAllowedError',
    );
    expect(text).toContain('Requested: REPO_ADMIN. The application link grants: unknown.');
    expect(text).not.toContain('script');
  });

  it.each([
    ['unsupported_response_type', 'AUTHORIZATION_FAILED', 'AuthenticationError'],
    ['server_error', 'BITBUCKET_UNAVAILABLE', 'ServiceUnavailableError'],
  ])('because Bitbucket redirects back with %s', async (error, code, name) => {
    const redirectUrl = callback({ error, state: stateOf(await browser.start()) });
    expectRefusal(await browser.comeBack(redirectUrl), code, name);
    expect(backend.log.lines.join()).toContain(`error "${error}"`);
  });

  it('because Bitbucket redirects back with nothing', async () => {
    const redirectUrl = callback({ state: stateOf(await browser.start()) });
    expectRefusal(
      await browser.comeBack(redirectUrl),
      'AUTHORIZATION_FAILED',
      'AuthenticationError',
    );
    expect(simulator.counts.token).toBe(0);
  });

  it('because it took too long on the way back from Bitbucket', async () => {
    const redirectUrl = allow(simulator, jane.name, await browser.start());
    clockOffset = 11_000;
    expect(
      expectRefusal(
        await browser.comeBack(redirectUrl),
        'AUTHORIZATION_CODE_REJECTED',
        'AuthenticationError',
      ),
    ).toBe(
      'Bitbucket Server no longer accepts this sign-in attempt: it took too long or was already used. Please start again.',
    );
  });

  it('because the clocks differ, and says so', async () => {
    const redirectUrl = allow(simulator, jane.name, await browser.start());
    const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60_000).toUTCString();
    simulator.faults.set('token', {
      status: 400,
      body: { error: 'invalid_grant' },
      headers: { Date: twoHoursAgo },
    });
    expect(
      expectRefusal(
        await browser.comeBack(redirectUrl),
        'AUTHORIZATION_CODE_REJECTED',
        'AuthenticationError',
      ),
    ).toContain('The clocks of Backstage and Bitbucket Server differ by about 2 hours');
  });

  it('because the browser leaves, and then Bitbucket is left alone too', async () => {
    const redirectUrl = new URL(allow(simulator, jane.name, await browser.start()));
    const { promise: hold, resolve: release } = deferred();
    simulator.faults.set('whoami', { hold });
    const patience = new AbortController();
    const page = browser.get(`/handler/frame${redirectUrl.search}`, {}, patience.signal);
    await simulator.arrived('whoami');
    patience.abort();
    await expect(page).rejects.toThrow();
    while (!backend.log.lines.some(line => line.includes('REQUEST_ABORTED'))) {
      await new Promise(resolve => setImmediate(resolve));
    }
    release();
    expect(simulator.counts.user).toBe(0);
  });

  it('because the client secret is wrong', async () => {
    const page = await browser.start({ env: 'misconfigured' });
    const session = await browser.comeBack(allow(simulator, jane.name, page));
    expectRefusal(session, 'CLIENT_REJECTED', 'AuthenticationError');
  });

  describe('because its state', () => {
    const code = 'AUTHORIZATION_STATE_INVALID';
    const fixed = 'This sign-in attempt is no longer valid. Please start again.';

    it('belongs to another browser', async () => {
      const redirectUrl = allow(simulator, jane.name, await backend.createBrowser().start());
      const text = expectRefusal(await browser.comeBack(redirectUrl), code, 'NotAllowedError');
      expect(text).toContain(fixed);
      expect(text).toContain('more than ten minutes ago or in another browser');
      expect(simulator.counts.token).toBe(0);
    });

    it('belongs to an earlier attempt', async () => {
      const redirectUrl = allow(simulator, jane.name, await browser.start());
      await browser.start();
      const text = expectRefusal(await browser.comeBack(redirectUrl), code, 'NotAllowedError');
      expect(text).toContain('Another sign-in attempt was started after it.');
    });

    it.each(['', 'zz', '00', Buffer.from('env=development').toString('hex')])(
      'is %j',
      async state => {
        await browser.start();
        const session = await browser.comeBack(callback({ code: 'x', state }));
        const text = expectRefusal(session, code, 'NotAllowedError');
        expect(text).toContain('The address that you came back with is incomplete.');
      },
    );

    it('is there twice', async () => {
      const state = stateOf(await browser.start());
      const session = await browser.comeBack(
        `http://localhost/?state=${state}&state=${state}&code=x`,
      );
      expectRefusal(session, code, 'NotAllowedError');
    });
  });

  describe('in the flow with redirects', () => {
    const state = (redirectUrl: string) =>
      encodeOAuthState({ env: 'development', nonce: 'forged', flow: 'redirect', redirectUrl });

    it('goes back to the app with the reason', async () => {
      const query = new URLSearchParams({
        code: 'x',
        state: state('http://localhost:3000/home?a=1'),
      });
      const { status, headers } = await browser.get(`/handler/frame?${query}`);
      expect(status).toBe(302);
      const target = new URL(headers.get('location')!);
      expect(target.origin + target.pathname).toBe('http://localhost:3000/home');
      expect(target.searchParams.get('error')).toContain('AUTHORIZATION_STATE_INVALID');
    });
  });
});
