import { decodeOAuthState, encodeOAuthState } from '@backstage/plugin-auth-node';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import {
  bitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import { allow } from './support/allow';
import type { Browser, SessionMessage } from './support/createBrowser';
import { jane } from './support/people';
import { signInByUsername, startAuthBackend } from './support/startAuthBackend';
import type { AuthBackend } from './support/startAuthBackend';

const link = { clientId: 'backstage', clientSecret: 'planted-client-secret' };
const mallory = { ...jane, id: 666, name: 'mallory', slug: 'mallory' };

describe('a sign-in attempt that fails', () => {
  let simulator: BitbucketSimulator;
  let backend: AuthBackend;
  let browser: Browser;
  let clockOffset = 0;

  beforeAll(async () => {
    simulator = await startBitbucketSimulator({
      people: [{ user: jane }, { user: mallory }],
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
    expect(text).toContain('Requested: REPO_ADMIN. The application link grants: not said.');
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

  it('because its page is loaded again, and leaves the session of the first load alone', async () => {
    const redirectUrl = allow(simulator, jane.name, await browser.start());
    const first = await browser.comeBack(redirectUrl);
    expect(first.backstageIdentity).toBeDefined();
    const second = await browser.comeBack(redirectUrl);
    expect(second.backstageIdentity).toBeUndefined();
    expect(second.error!.message).toContain('It has ended already');
    expect(second.error!.message).toContain('AUTHORIZATION_STATE_INVALID');
    expect(simulator.counts.token).toBe(1);
    expect((await browser.refresh()).status).toBe(200);
  });

  it('and cannot be loaded again after a failure on the way either', async () => {
    const redirectUrl = allow(simulator, jane.name, await browser.start());
    simulator.faults.set('token', { status: 503 }, { times: 1 });
    expectRefusal(
      await browser.comeBack(redirectUrl),
      'BITBUCKET_UNAVAILABLE',
      'ServiceUnavailableError',
    );
    const again = await browser.comeBack(redirectUrl);
    expectRefusal(again, 'AUTHORIZATION_STATE_INVALID', 'NotAllowedError');
    expect(simulator.counts.token).toBe(1);
  });

  it('because the code of somebody else was slipped in', async () => {
    const other = await backend.createBrowser().start();
    const { searchParams } = new URL(allow(simulator, mallory.name, other));
    const page = await browser.start();
    const redirectUrl = callback({ code: searchParams.get('code')!, state: stateOf(page) });
    expectRefusal(
      await browser.comeBack(redirectUrl),
      'AUTHORIZATION_CODE_REJECTED',
      'AuthenticationError',
    );
  });

  describe('because of the cookie of the attempt, which', () => {
    const name = 'bitbucketServer-attempt';
    const code = 'AUTHORIZATION_STATE_INVALID';
    const change = (value: string, patch: object) =>
      Buffer.from(
        JSON.stringify({ ...JSON.parse(Buffer.from(value, 'base64url').toString()), ...patch }),
      ).toString('base64url');

    it.each<[string, (value: string) => string]>([
      ['is empty', () => ''],
      ['is no JSON', () => 'x'],
      ['is null', () => Buffer.from('null').toString('base64url')],
      ['has no verifier', value => change(value, { v: undefined })],
      ['has a verifier of another form', value => change(value, { v: 'short' })],
      ['would write another header', value => change(value, { a: '; Path=/\r\nX-Planted: 1' })],
      ['is for something else', value => change(value, { b: 'another-binding' })],
    ])('%s', async (_what, forge) => {
      const redirectUrl = allow(simulator, jane.name, await browser.start());
      const { value, attributes } = browser.cookies.get(name)!;
      browser.cookies.set(name, { value: forge(value), attributes });
      const session = await browser.comeBack(redirectUrl);
      expectRefusal(session, code, 'NotAllowedError');
      expect(session.wire).not.toMatch(/^x-planted/im);
      expect(simulator.counts.token).toBe(0);
      // The attempt is over.
      expect(browser.cookies.has('bitbucketServer-nonce')).toBe(false);
    });

    it('is missing, as in the browser of somebody who has caught the address and made up the nonce', async () => {
      const page = await browser.start();
      const redirectUrl = allow(simulator, jane.name, page);
      const thief = backend.createBrowser();
      thief.cookies.set('bitbucketServer-nonce', browser.cookies.get('bitbucketServer-nonce')!);
      const stolen = await thief.comeBack(redirectUrl);
      expect(stolen.error!.message).toContain(code);
      expect(simulator.counts.token).toBe(0);
      expect((await browser.comeBack(redirectUrl)).backstageIdentity).toBeDefined();
    });

    it('belongs to the thief, whose verifier is not that of the code', async () => {
      const redirectUrl = new URL(allow(simulator, jane.name, await browser.start()));
      const thief = backend.createBrowser();
      const own = await thief.start();
      redirectUrl.searchParams.set('state', stateOf(own));
      const stolen = await thief.comeBack(redirectUrl.href);
      expect(stolen.error!.message).toContain('AUTHORIZATION_CODE_REJECTED');
    });

    it('was made for another environment', async () => {
      const page = await browser.start();
      const redirectUrl = new URL(allow(simulator, jane.name, page));
      const state = decodeOAuthState(stateOf(page));
      redirectUrl.searchParams.set('state', encodeOAuthState({ ...state, env: 'misconfigured' }));
      expectRefusal(await browser.comeBack(redirectUrl.href), code, 'NotAllowedError');
      expect(simulator.counts.token).toBe(0);
    });

    it('was left alone by a callback that is not its own', async () => {
      const stale = allow(simulator, jane.name, await browser.start());
      const redirectUrl = allow(simulator, jane.name, await browser.start());
      expect((await browser.comeBack(stale)).error!.message).toContain(code);
      expect((await browser.comeBack(redirectUrl)).backstageIdentity).toBeDefined();
    });
  });

  it('because the browser leaves, and then Bitbucket is left alone too', async () => {
    const redirectUrl = new URL(allow(simulator, jane.name, await browser.start()));
    let release = () => undefined as void;
    const hold = new Promise<void>(resolve => {
      release = resolve;
    });
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

    it('does not go anywhere else', async () => {
      const query = new URLSearchParams({ code: 'x', state: state('https://evil.example/') });
      const page = await browser.get(`/handler/frame?${query}`);
      expect(page.status).toBe(200);
      expect(browser.readPopup(page).error!.message).toContain('AUTHORIZATION_STATE_INVALID');
      expect(page.wire).not.toContain('evil.example');
    });

    it('does not go anywhere else after a sign-in that succeeds either', async () => {
      const page = await browser.start({ flow: 'redirect', redirectUrl: 'https://evil.example/' });
      const session = await browser.comeBack(allow(simulator, jane.name, page));
      const text = expectRefusal(session, 'AUTHORIZATION_STATE_INVALID', 'NotAllowedError');
      expect(text).toContain('does not belong to this Backstage');
      expect(simulator.counts.token).toBe(0);
    });
  });
});
