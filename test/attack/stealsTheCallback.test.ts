import { createHash } from 'node:crypto';
import { decodeOAuthState, encodeOAuthState } from '@backstage/plugin-auth-node';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import {
  bitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import { allow } from '../authenticator/support/allow';
import type { Browser, SessionMessage } from '../authenticator/support/createBrowser';
import { jane } from '../authenticator/support/people';
import { signInByUsername, startAuthBackend } from '../authenticator/support/startAuthBackend';
import type { AuthBackend } from '../authenticator/support/startAuthBackend';

const link = { clientId: 'backstage', clientSecret: 'planted-client-secret' };
const mallory = { ...jane, id: 666, name: 'mallory', slug: 'mallory' };
const nonceCookie = 'bitbucketServer-nonce';
const attemptCookie = 'bitbucketServer-attempt';
const refreshCookie = 'bitbucketServer-refresh-token';
const stateInvalid = 'AUTHORIZATION_STATE_INVALID';
const codeRejected = 'AUTHORIZATION_CODE_REJECTED';

const stateOf = (page: URL) => page.searchParams.get('state')!;
const encode = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');
const decode = (value: string) => JSON.parse(Buffer.from(value, 'base64url').toString());

/** Two servers in two environments, both served: what a module of one environment never has. */
describe('the address that Bitbucket sends a browser back to', () => {
  let simulator: BitbucketSimulator;
  let other: BitbucketSimulator;
  let backend: AuthBackend;
  let victim: Browser;
  let thief: Browser;

  beforeAll(async () => {
    const options = {
      people: [{ user: jane }, { user: mallory }],
      clients: [{ ...link, redirectUris: [], scopes: ['REPO_READ'] }],
      requirePkce: true,
    };
    simulator = await startBitbucketSimulator(options);
    other = await startBitbucketSimulator(options);
    backend = await startAuthBackend(
      {
        development: { ...link, baseUrl: simulator.baseUrl },
        other: { ...link, baseUrl: other.baseUrl },
      },
      createBitbucketServerProviderFactory({
        environments: ['development', 'other'],
        createOptions: () => ({
          authenticator: bitbucketServerAuthenticator,
          signInResolver: signInByUsername,
        }),
      }),
    );
  });

  beforeEach(() => {
    for (const server of [simulator, other]) server.clearRequests();
    backend.log.lines.length = 0;
    victim = backend.createBrowser();
    thief = backend.createBrowser();
  });

  afterAll(async () => {
    await backend?.stop();
    await simulator?.close();
    await other?.close();
  });

  function expectRefusal(browser: Browser, session: SessionMessage, code: string): void {
    expect(session.backstageIdentity).toBeUndefined();
    expect(session.error!.message).toContain(code);
    expect(browser.cookies.has(refreshCookie)).toBe(false);
    expect(session.wire + backend.log.lines.join()).not.toMatch(/planted/);
  }

  /** Where the victim would be sent back to, before the victim is. */
  async function catchCallback(): Promise<string> {
    return allow(simulator, jane.name, await victim.start());
  }

  it('signs the victim in, so that the tests below can fail', async () => {
    const session = await victim.comeBack(await catchCallback());
    expect(session.backstageIdentity!.identity.userEntityRef).toBe(`user:default/${jane.name}`);
  });

  describe('caught, and opened in another browser', () => {
    it('without cookies', async () => {
      const redirectUrl = await catchCallback();
      expectRefusal(thief, await thief.comeBack(redirectUrl), stateInvalid);
      expect(simulator.counts.token).toBe(0);
      expect((await victim.comeBack(redirectUrl)).backstageIdentity).toBeDefined();
    });

    it('with the nonce, which stands in the state', async () => {
      const redirectUrl = await catchCallback();
      const { nonce } = decodeOAuthState(new URL(redirectUrl).searchParams.get('state')!);
      thief.cookies.set(nonceCookie, { value: encodeURIComponent(nonce), attributes: {} });
      expectRefusal(thief, await thief.comeBack(redirectUrl), stateInvalid);
      expect(simulator.counts.token).toBe(0);
      expect((await victim.comeBack(redirectUrl)).backstageIdentity).toBeDefined();
    });

    it.each<[string, (known: { nonce: string; state: string; code: string }) => string]>([
      ['the nonce', ({ nonce }) => nonce],
      ['the state', ({ state }) => state],
      ['the code', ({ code }) => code],
      ['nonce and code', ({ nonce, code }) => nonce + code],
      ['nothing', () => ''],
    ])('with the cookie of an attempt whose verifier is made of %s', async (_what, guess) => {
      const redirectUrl = await catchCallback();
      const query = new URL(redirectUrl).searchParams;
      const state = query.get('state')!;
      const { nonce, env } = decodeOAuthState(state);
      const known = guess({ nonce, state, code: query.get('code')! });
      const binding = [nonce, env, simulator.baseUrl, link.clientId].join('\n');
      // All that the cookie holds is known, or can be worked out, but for the verifier.
      const forged = {
        ...decode(victim.cookies.get(attemptCookie)!.value),
        b: createHash('sha256').update(binding).digest('base64url'),
        v: createHash('sha256').update(known).digest('base64url'),
      };
      expect(forged.b).toBe(decode(victim.cookies.get(attemptCookie)!.value).b);
      thief.cookies.set(nonceCookie, { value: encodeURIComponent(nonce), attributes: {} });
      thief.cookies.set(attemptCookie, { value: encode(forged), attributes: {} });
      expectRefusal(thief, await thief.comeBack(redirectUrl), codeRejected);
      expect(simulator.counts).toMatchObject({ token: 1, tokenExchanges: 0 });
    });

    it('with the state and the cookies of an attempt of the thief', async () => {
      const redirectUrl = new URL(await catchCallback());
      redirectUrl.searchParams.set('state', stateOf(await thief.start()));
      expectRefusal(thief, await thief.comeBack(redirectUrl.href), codeRejected);
    });
  });

  describe('with the code of the thief, in the browser of the victim', () => {
    it('as it is', async () => {
      const own = allow(simulator, mallory.name, await thief.start());
      await victim.start();
      expectRefusal(victim, await victim.comeBack(own), stateInvalid);
      expect(simulator.counts.token).toBe(0);
    });

    it('and the state of the victim', async () => {
      const own = new URL(allow(simulator, mallory.name, await thief.start()));
      own.searchParams.set('state', stateOf(await victim.start()));
      expectRefusal(victim, await victim.comeBack(own.href), codeRejected);
    });

    it('after the victim has signed in with the same state', async () => {
      const redirectUrl = new URL(await catchCallback());
      await victim.comeBack(redirectUrl.href);
      const own = new URL(allow(simulator, mallory.name, await thief.start()));
      redirectUrl.searchParams.set('code', own.searchParams.get('code')!);
      const second = await victim.comeBack(redirectUrl.href);
      expect(second.backstageIdentity).toBeUndefined();
      expect(second.error!.message).toContain('It was already completed');
      expect(simulator.counts.token).toBe(1);
      const session = await victim.refresh();
      expect(session.backstageIdentity!.identity.userEntityRef).toBe(`user:default/${jane.name}`);
    });
  });

  describe('opened twice in its own browser', () => {
    it('leaves the session of the first time alone', async () => {
      const redirectUrl = await catchCallback();
      expect((await victim.comeBack(redirectUrl)).backstageIdentity).toBeDefined();
      const second = await victim.comeBack(redirectUrl);
      expect(second.backstageIdentity).toBeUndefined();
      expect(second.error!.message).toContain('It was already completed');
      expect(second.error!.message).toContain(stateInvalid);
      expect(simulator.counts.token).toBe(1);
      expect((await victim.refresh()).status).toBe(200);
    });

    it('serves once also when the first time has failed', async () => {
      const redirectUrl = await catchCallback();
      simulator.faults.set('token', { status: 503 }, { times: 1 });
      expectRefusal(victim, await victim.comeBack(redirectUrl), 'BITBUCKET_UNAVAILABLE');
      expectRefusal(victim, await victim.comeBack(redirectUrl), stateInvalid);
      expect(simulator.counts.token).toBe(1);
    });

    it('ends no attempt of another tab when it is a stale one', async () => {
      const stale = await catchCallback();
      const redirectUrl = await catchCallback();
      expect((await victim.comeBack(stale)).error!.message).toContain(stateInvalid);
      expect((await victim.comeBack(redirectUrl)).backstageIdentity).toBeDefined();
    });
  });

  describe('of one server, given to the environment of another', () => {
    it('by the state', async () => {
      const redirectUrl = new URL(await catchCallback());
      const state = decodeOAuthState(redirectUrl.searchParams.get('state')!);
      redirectUrl.searchParams.set('state', encodeOAuthState({ ...state, env: 'other' }));
      expectRefusal(victim, await victim.comeBack(redirectUrl.href), stateInvalid);
    });

    it('by the query', async () => {
      const redirectUrl = new URL(await catchCallback());
      redirectUrl.searchParams.set('env', 'other');
      expectRefusal(victim, await victim.comeBack(redirectUrl.href), stateInvalid);
      redirectUrl.searchParams.delete('env');
      expect((await victim.comeBack(redirectUrl.href)).backstageIdentity).toBeDefined();
    });

    it('with the cookies of an attempt there', async () => {
      const redirectUrl = new URL(await catchCallback());
      redirectUrl.searchParams.set('state', stateOf(await victim.start({ env: 'other' })));
      expectRefusal(victim, await victim.comeBack(redirectUrl.href), codeRejected);
      expect(other.counts.tokenExchanges).toBe(0);
    });

    afterEach(() => {
      expect(simulator.counts.tokenExchanges + other.counts.tokenExchanges).toBeLessThan(2);
    });
  });

  describe('with a cookie of the attempt that', () => {
    it.each<[string, (content: Record<string, unknown>) => string]>([
      ['is empty', () => ''],
      ['is no JSON', () => 'x'],
      ['is null', () => encode(null)],
      ['has no verifier', content => encode({ ...content, v: undefined })],
      ['has a verifier of another form', content => encode({ ...content, v: 'short' })],
      [
        'would write another header',
        content => encode({ ...content, a: '; Path=/\r\nX-Planted: 1' }),
      ],
      ['is for something else', content => encode({ ...content, b: 'another-binding' })],
    ])('%s', async (_what, forge) => {
      const redirectUrl = await catchCallback();
      const { value, attributes } = victim.cookies.get(attemptCookie)!;
      victim.cookies.set(attemptCookie, { value: forge(decode(value)), attributes });
      const session = await victim.comeBack(redirectUrl);
      expectRefusal(victim, session, stateInvalid);
      expect(session.wire).not.toMatch(/^x-planted/im);
      expect(simulator.counts.token).toBe(0);
      // The attempt is over.
      expect(victim.cookies.has(nonceCookie)).toBe(false);
    });
  });
});
