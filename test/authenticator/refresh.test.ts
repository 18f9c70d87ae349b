import { mockServices } from '@backstage/backend-test-utils';
import type { JsonValue } from '@backstage/types';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import {
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import type {
  BitbucketServerAuthenticatorOptions,
  ProviderEnvironmentOptions,
} from '../../src/authenticator';
import { createSignInError } from '../../src/errors';
import { allow } from './support/allow';
import type { Browser } from './support/createBrowser';
import { createFakeClock } from './support/createFakeClock';
import type { FakeClock } from './support/createFakeClock';
import { jane } from './support/people';
import { signInByUsername, startAuthBackend } from './support/startAuthBackend';
import type { AuthBackend } from './support/startAuthBackend';

const link = { clientId: 'backstage', clientSecret: 'backstage-secret' };
const refreshCookie = 'bitbucketServer-refresh-token';

describe('a refresh through a real auth backend', () => {
  let simulator: BitbucketSimulator;
  let clock: FakeClock;
  const started: AuthBackend[] = [];

  beforeEach(async () => {
    simulator = await startBitbucketSimulator({ people: [{ user: jane }] });
    clock = createFakeClock({ skipMs: 5_000 });
  });

  afterEach(async () => {
    for (const backend of started.splice(0)) await backend.stop();
    await simulator.close();
  });

  async function startReplica(
    options: BitbucketServerAuthenticatorOptions = {},
    parts: Partial<ProviderEnvironmentOptions> = {},
    config = {},
  ): Promise<AuthBackend> {
    const backend = await startAuthBackend(
      { development: { ...link, baseUrl: simulator.baseUrl, ...config } },
      createBitbucketServerProviderFactory({
        createOptions: () => ({
          authenticator: createBitbucketServerAuthenticator({
            ...clock,
            profileCacheTtl: { seconds: 0 },
            ...options,
          }),
          signInResolver: signInByUsername,
          ...parts,
        }),
      }),
    );
    started.push(backend);
    return backend;
  }

  async function signIn(backend: AuthBackend): Promise<Browser> {
    const browser = backend.createBrowser();
    const session = await browser.comeBack(allow(simulator, jane.name, await browser.start()));
    if (!session.backstageIdentity) throw new Error(session.error?.message);
    simulator.clearRequests();
    return browser;
  }

  /** The same person in another tab or at another replica: the cookies are those of the first. */
  function join(backend: AuthBackend, from: Browser): Browser {
    const browser = backend.createBrowser();
    for (const [name, cookie] of from.cookies) browser.cookies.set(name, cookie);
    return browser;
  }

  it('of fifty tabs at once makes one exchange and signs in fifty', async () => {
    const backend = await startReplica();
    const browser = await signIn(backend);
    const tabs = Array.from({ length: 50 }, () => join(backend, browser));
    const sessions = await Promise.all(tabs.map(tab => tab.refresh()));
    expect(sessions.filter(({ backstageIdentity }) => backstageIdentity)).toHaveLength(50);
    expect(simulator.counts).toMatchObject({ refresh: 1, refreshes: 1, whoami: 1, users: 1 });
    expect(new Set(tabs.map(tab => tab.cookies.get(refreshCookie)!.value)).size).toBe(1);
    // The session of all of them goes on.
    expect((await tabs[49]!.refresh()).status).toBe(200);
  });

  it('that fails after the exchange is no 401, and delivers the new tokens with its error', async () => {
    const browser = await signIn(await startReplica());
    const replica = await startReplica();
    const atReplica = join(replica, browser);
    const old = browser.cookies.get(refreshCookie)!.value;
    simulator.faults.set('whoami', { status: 500 });
    const refused = await atReplica.refresh();
    expect(refused.status).toBe(503);
    expect(refused.error).toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringMatching(
        /^Bitbucket Server has a problem at the moment. Please try again later. \(BITBUCKET_UNAVAILABLE, reference [^)]+\)$/,
      ),
    });
    const cookie = atReplica.cookies.get(refreshCookie)!;
    expect(cookie.value).not.toBe(old);
    expect(cookie.attributes).toMatchObject({ path: '/api/auth/bitbucketServer', httponly: '' });
    expect(
      replica.log.lines.filter(line => line.includes('refused: BITBUCKET_UNAVAILABLE')),
    ).toHaveLength(1);

    simulator.faults.clear();
    const third = join(await startReplica(), atReplica);
    expect((await third.refresh()).status).toBe(200);
  });

  it('whose profile transform fails delivers the new tokens too', async () => {
    let refuse = false;
    const profileTransform: ProviderEnvironmentOptions['profileTransform'] = async () => {
      if (refuse) {
        throw createSignInError('PROFILE_TRANSFORM_FAILED', { phase: 'transform', detail: 'x' });
      }
      return { profile: {} };
    };
    const browser = await signIn(await startReplica({}, { profileTransform }));
    const old = browser.cookies.get(refreshCookie)!.value;
    refuse = true;
    expect((await browser.refresh()).status).toBe(503);
    expect(browser.cookies.get(refreshCookie)!.value).not.toBe(old);
  });

  it('whose resolver fails has its status, and sets the cookie once', async () => {
    let refuse = false;
    const signInResolver: ProviderEnvironmentOptions['signInResolver'] = async (info, context) => {
      if (refuse) throw createSignInError('NO_MATCHING_USER', { phase: 'match', detail: 'x' });
      return signInByUsername(info, context);
    };
    const browser = await signIn(await startReplica({}, { signInResolver }));
    refuse = true;
    const refused = await browser.refresh();
    expect(refused.status).toBe(404);
    const cookies = refused.wire.match(/^set-cookie: bitbucketServer-refresh-token=[^;]/gm);
    expect(cookies).toHaveLength(1);
    refuse = false;
    expect((await browser.refresh()).status).toBe(200);
  });

  it('with a token that Bitbucket has ended is a 401 that leaves the cookie alone', async () => {
    const backend = await startReplica();
    const browser = await signIn(backend);
    simulator.revokeAll();
    const old = browser.cookies.get(refreshCookie)!.value;
    const refused = await browser.refresh();
    expect(refused.status).toBe(401);
    expect(refused.error!.message).toContain('SESSION_ENDED');
    // Another tab may just have put a newer one there.
    expect(refused.wire).not.toMatch(/set-cookie/);
    expect(browser.cookies.get(refreshCookie)!.value).toBe(old);
  });

  it('refuses an account that was deactivated meanwhile', async () => {
    const browser = await signIn(await startReplica());
    simulator.updateUser(jane.name, { active: false });
    const refused = await browser.refresh();
    expect(refused.status).toBe(403);
    expect(refused.error!.message).toContain('USER_INACTIVE');
  });

  it('without a resolver gives an access token and no identity', async () => {
    const backend = await startReplica({}, { signInResolver: undefined });
    const browser = backend.createBrowser();
    await browser.comeBack(allow(simulator, jane.name, await browser.start()));
    const session = await browser.refresh();
    expect(session.providerInfo!.accessToken).toBeDefined();
    expect(session.backstageIdentity).toBeUndefined();
    simulator.faults.set('whoami', { status: 401 });
    const old = browser.cookies.get(refreshCookie)!.value;
    expect((await browser.refresh()).status).toBe(401);
    expect(browser.cookies.get(refreshCookie)!.value).not.toBe(old);
  });

  describe('with a memory of users', () => {
    const withMemory = { profileCacheTtl: { minutes: 1 } };

    it('makes one call beyond the exchange while the user is fresh', async () => {
      const browser = await signIn(await startReplica(withMemory));
      await browser.refresh();
      expect(simulator.counts).toMatchObject({ refresh: 1, whoami: 1, users: 0, any: 2 });
      clock.advance(60_001);
      await browser.refresh();
      expect(simulator.counts).toMatchObject({ refresh: 2, whoami: 2, users: 1, any: 5 });
    });

    it('asks for the user after a rename', async () => {
      const browser = await signIn(await startReplica(withMemory));
      simulator.updateUser(jane.name, { name: 'new-name' });
      const session = await browser.refresh();
      expect(session.backstageIdentity!.identity.userEntityRef).toBe('user:default/new-name');
    });

    it('reads the user anew at a first sign-in', async () => {
      const backend = await startReplica(withMemory);
      await signIn(backend);
      simulator.updateUser(jane.name, { displayName: 'Jane Smith' });
      const other = backend.createBrowser();
      const session = await other.comeBack(allow(simulator, jane.name, await other.start()));
      expect(session.profile!.displayName).toBe('Jane Smith');
    });

    it('is switched off and on by the config', async () => {
      const off = await signIn(await startReplica(withMemory, {}, { profileCacheTtl: '0s' }));
      await off.refresh();
      expect(simulator.counts.users).toBe(1);
      const on = await signIn(await startReplica({}, {}, { profileCacheTtl: '10s' }));
      await on.refresh();
      expect(simulator.counts.users).toBe(0);
    });

    it('does not ask for the user without an id to know it by', async () => {
      const browser = await signIn(await startReplica(withMemory));
      simulator.faults.set('whoami', { json: {}, headers: { 'X-AUSERID': '' } });
      await browser.refresh();
      expect(simulator.counts.users).toBe(1);
    });
  });

  describe('with a cache that replicas share', () => {
    function createCache() {
      const store = new Map<string, JsonValue>();
      const cache = mockServices.cache.mock({
        get: async <T extends JsonValue>(key: string) => store.get(key) as T | undefined,
        set: async (key, value) => void store.set(key, JSON.parse(JSON.stringify(value))),
      });
      return { cache, store };
    }
    const ttl = { profileCacheTtl: { minutes: 1 } };

    it('takes the user that another replica has read', async () => {
      const { cache, store } = createCache();
      const browser = await signIn(await startReplica({ ...ttl, cache }));
      const session = await join(await startReplica({ ...ttl, cache }), browser).refresh();
      expect(session.profile!.email).toBe(jane.emailAddress);
      expect(simulator.counts.users).toBe(0);
      expect([...store.keys()]).toEqual([
        expect.stringMatching(/^bitbucket-server-user:[\w-]{43}$/),
      ]);
    });

    it.each<[string, (entry: { user: object; readAt: number }) => JsonValue]>([
      ['of somebody else', entry => ({ ...entry, user: { ...entry.user, id: 7 } })],
      ['with another name', entry => ({ ...entry, user: { ...entry.user, name: 'mallory' } })],
      ['that is invalid', entry => ({ ...entry, user: { id: 101 } })],
      ['that is too old', entry => ({ ...entry, readAt: entry.readAt - 60_001 })],
      ['without an age', ({ user }) => ({ user }) as JsonValue],
      ['that is a text', () => 'x'],
    ])('does not believe an entry %s', async (_name, change) => {
      const { cache, store } = createCache();
      const browser = await signIn(await startReplica({ ...ttl, cache }));
      for (const [key, value] of store) store.set(key, change(value as never));
      const session = await browser.refresh();
      expect(session.profile).toMatchObject({ email: jane.emailAddress });
      expect(session.backstageIdentity!.identity.userEntityRef).toBe(`user:default/${jane.name}`);
      expect(simulator.counts.users).toBe(1);
    });

    it('does without it when it fails, and says so', async () => {
      const log = mockServices.logger.mock();
      const cache = mockServices.cache.mock({
        get: () => Promise.reject(new Error('cache is down')),
        set: () => Promise.reject(new Error('cache is down')),
      });
      const browser = await signIn(await startReplica({ ...ttl, cache, logger: log }));
      expect((await browser.refresh()).status).toBe(200);
      expect(log.warn).toHaveBeenCalledWith(expect.stringContaining('Cannot read the cache'));
      expect(log.warn).toHaveBeenCalledWith(expect.stringContaining('Cannot write the cache'));
    });
  });
});
