import { deferred } from '../support/controlled';
import type { AuthBackend } from './support/startAuthBackend';
import { createStage, refreshCookie } from './support/createStage';
import type { Replica, Stage } from './support/createStage';
import type { Browser } from './support/createBrowser';
import { signInByUsername } from './support/startAuthBackend';
import { jane } from './support/people';

const everyTime = { profileCacheTtl: { seconds: 0 } };

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
});

beforeEach(() => {
  stage.simulator.faults.clear();
  stage.simulator.clearRequests();
});

afterAll(() => stage.close());

const valueOf = (browser: Browser) => browser.cookies.get(refreshCookie)!.value;
const tabsOf = (backend: AuthBackend, browser: Browser, count: number) =>
  Array.from({ length: count }, () => stage.join(backend, browser));

describe('refreshes with the same token', () => {
  let backend: Replica;
  let browser: Browser;

  beforeAll(async () => {
    backend = await stage.startReplica({ config: everyTime });
  });

  beforeEach(async () => {
    browser = await stage.signIn(backend);
    backend.events.length = 0;
  });

  it('at the same time share one exchange, one read and one answer', async () => {
    const tabs = tabsOf(backend, browser, 50);
    const sessions = await Promise.all(tabs.map(tab => tab.refresh()));
    expect(new Set(sessions.map(({ providerInfo }) => providerInfo?.accessToken)).size).toBe(1);
    expect(new Set(tabs.map(valueOf)).size).toBe(1);
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, refreshes: 1, whoami: 1, user: 1 });
    const exchanged = backend.events.filter(
      event => !('tokens' in event && event.tokens === 'note'),
    );
    expect(exchanged).toEqual([{ type: 'refresh', person: 'read', tokens: 'exchanged' }]);
  });

  it('share it for ten seconds after it was delivered, with what is left of its life', async () => {
    const [early, late, tooLate] = tabsOf(backend, browser, 3) as [Browser, Browser, Browser];
    const first = await early.refresh();
    expect(first.providerInfo!.expiresInSeconds).toBe(3_600);
    stage.clock.advance(9_999);
    const second = await late.refresh();
    expect(second.providerInfo).toEqual({ ...first.providerInfo, expiresInSeconds: 3_591 });
    expect(valueOf(late)).toBe(valueOf(early));
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, whoami: 1 });
    stage.clock.advance(10_001);
    expect((await tooLate.refresh()).error!.message).toContain('SESSION_ENDED');
    expect(stage.simulator.counts).toMatchObject({ refresh: 2, refreshes: 1 });
    expect((await late.refresh()).status).toBe(200);
  });

  it('share an error, and try again with the next request', async () => {
    const held = deferred();
    stage.simulator.faults.set('refresh', { status: 503, hold: held.promise }, { times: 1 });
    const tabs = tabsOf(backend, browser, 2);
    const work = Promise.all(tabs.map(tab => tab.refresh()));
    await stage.simulator.arrived('refresh');
    held.resolve();
    expect((await work).map(({ status }) => status)).toEqual([503, 503]);
    expect(stage.simulator.counts.refresh).toBe(1);
    expect((await tabs[1]!.refresh()).status).toBe(200);
  });

  it('work with a server that does not rotate', async () => {
    const { accessToken } = stage.simulator.issueTokens(jane.name);
    stage.simulator.faults.set('refresh', { json: { access_token: accessToken } });
    const old = valueOf(browser);
    expect((await browser.refresh()).providerInfo!.accessToken).toBe(accessToken);
    stage.clock.advance(60_000);
    expect((await browser.refresh()).status).toBe(200);
    expect(valueOf(browser)).toBe(old);
    expect(stage.simulator.counts.refresh).toBe(2);
  });

  it('are not sent round in circles by a server that gives two tokens in turn', async () => {
    const { accessToken } = stage.simulator.issueTokens(jane.name);
    const give = (refresh_token: string) =>
      stage.simulator.faults.set('refresh', { json: { access_token: accessToken, refresh_token } });
    for (const token of ['one', 'two', 'one', 'two']) {
      give(token);
      expect((await browser.refresh()).status).toBe(200);
      expect(valueOf(browser)).toMatch(new RegExp(`${token}$`));
    }
  });
});

describe('an exchange that takes too long', () => {
  let backend: Replica;
  let browser: Browser;

  beforeAll(async () => {
    backend = await stage.startReplica();
  });

  beforeEach(async () => {
    browser = await stage.signIn(backend);
  });

  it('goes on, and its tokens wait for the next request', async () => {
    const held = deferred();
    stage.simulator.faults.set('refresh', { hold: held.promise });
    const first = browser.refresh();
    await stage.simulator.arrived('refresh');
    stage.clock.advance(10_000);
    const refused = await first;
    expect(refused.status).toBe(503);
    expect(refused.error!.message).toContain('BITBUCKET_TIMEOUT');
    const second = browser.refresh();
    held.resolve();
    expect((await second).status).toBe(200);
    expect((await browser.refresh()).status).toBe(200);
    expect(stage.simulator.counts.refreshes).toBe(2);
  });

  it('and fails in the end is tried anew', async () => {
    const held = deferred();
    const fault = { hold: held.promise, processed: false };
    stage.simulator.faults.set('refresh', fault, { times: 1 });
    const first = browser.refresh();
    await stage.simulator.arrived('refresh');
    stage.clock.advance(10_000);
    await first;
    stage.clock.advance(20_000);
    expect((await browser.refresh()).status).toBe(200);
    held.resolve();
  });
});

describe('a browser that goes away', () => {
  it('does not end the exchange; the next request gets its tokens', async () => {
    const backend = await stage.startReplica();
    const browser = await stage.signIn(backend);
    const held = deferred();
    stage.simulator.faults.set('refresh', { hold: held.promise });
    const patience = new AbortController();
    const first = browser.refresh({}, patience.signal);
    await stage.simulator.arrived('refresh');
    patience.abort();
    await expect(first).rejects.toThrow();
    const second = browser.refresh();
    held.resolve();
    expect((await second).status).toBe(200);
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, refreshes: 1 });
  });

  it('ends the read of the user only when all others have gone too', async () => {
    const signals: AbortSignal[] = [];
    const spy: typeof fetch = (input, init) => {
      if (String(input).endsWith('/application-properties')) signals.push(init!.signal!);
      return fetch(input, init);
    };
    const backend = await stage.startReplica({ config: everyTime, options: { fetch: spy } });
    const browser = await stage.signIn(backend);
    signals.length = 0;
    const held = deferred();
    stage.simulator.faults.set('whoami', { hold: held.promise });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = stage.join(backend, browser).refresh({}, one.signal);
    await stage.simulator.arrived('whoami');
    const second = stage.join(backend, browser).refresh({}, two.signal);
    one.abort();
    await expect(first).rejects.toThrow();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    const gone = new Promise<void>(resolve => {
      signals[0]!.addEventListener('abort', () => resolve(), { once: true });
    });
    two.abort();
    await expect(second).rejects.toThrow();
    await gone;
    held.resolve();
    // The exchange was done; nobody is signed out.
    stage.simulator.faults.clear();
    expect((await browser.refresh()).status).toBe(200);
    expect(stage.simulator.counts.refresh).toBe(1);
  });

  it('before the answer has reached it finds the answer for two minutes', async () => {
    const held = deferred();
    const reached = deferred();
    let hold = false;
    const backend = await stage.startReplica({
      async signInResolver(info, context) {
        if (hold) {
          reached.resolve();
          await held.promise;
        }
        return signInByUsername(info, context);
      },
    });
    const browser = await stage.signIn(backend);
    const old = stage.join(backend, browser);
    const tooLate = stage.join(backend, browser);
    hold = true;
    const patience = new AbortController();
    const first = browser.refresh({}, patience.signal);
    await reached.promise;
    patience.abort();
    await expect(first).rejects.toThrow();
    hold = false;
    held.resolve();
    stage.clock.advance(119_000);
    expect((await old.refresh()).status).toBe(200);
    expect(stage.simulator.counts.refresh).toBe(1);
    stage.clock.advance(10_001);
    expect((await tooLate.refresh()).error!.message).toContain('SESSION_ENDED');
  });
});

describe('a refresh that fails after its exchange', () => {
  it('gives the tokens to the browser, and for ten seconds to whoever has the old one', async () => {
    const backend = await stage.startReplica({ config: everyTime });
    const browser = await stage.signIn(backend);
    const [late, tooLate] = tabsOf(backend, browser, 2) as [Browser, Browser];
    const old = valueOf(browser);
    stage.simulator.faults.set('whoami', { status: 401 });
    expect((await browser.refresh()).status).toBe(401);
    expect(valueOf(browser)).not.toBe(old);
    stage.simulator.faults.clear();
    stage.clock.advance(9_999);
    expect((await late.refresh()).status).toBe(200);
    expect(stage.simulator.counts.refresh).toBe(1);
    stage.clock.advance(10_001);
    expect((await tooLate.refresh()).error!.message).toContain('SESSION_ENDED');
    expect((await browser.refresh()).status).toBe(200);
  });

  describe('in a provider without a resolver, which cannot set the cookie with an error', () => {
    let backend: Replica;
    let browser: Browser;

    beforeAll(async () => {
      backend = await stage.startReplica({ config: everyTime, signInResolver: undefined });
    });

    beforeEach(async () => {
      browser = await stage.signIn(backend);
      stage.simulator.faults.set('whoami', { status: 401 });
    });

    it('keeps the tokens for two minutes for whoever comes with the old one', async () => {
      const old = valueOf(browser);
      expect((await browser.refresh()).status).toBe(401);
      expect(valueOf(browser)).toBe(old);
      stage.simulator.faults.clear();
      stage.clock.advance(119_000);
      expect((await browser.refresh()).status).toBe(200);
      expect(valueOf(browser)).not.toBe(old);
      expect(stage.simulator.counts).toMatchObject({ refresh: 1, refreshes: 1 });
      expect((await browser.refresh()).status).toBe(200);
    });

    it('keeps them for no longer than that', async () => {
      await browser.refresh();
      stage.simulator.faults.clear();
      stage.clock.advance(120_001);
      expect((await browser.refresh()).error!.message).toContain('SESSION_ENDED');
    });

    it('takes new ones when the access token among them has nearly run out', async () => {
      stage.simulator.faults.set('refresh', { patch: { expires_in: 60 } }, { times: 1 });
      const other = stage.join(backend, browser);
      await browser.refresh();
      stage.simulator.faults.clear();
      stage.clock.advance(55_000);
      const session = await browser.refresh();
      expect(session.status).toBe(200);
      expect(session.providerInfo!.expiresInSeconds).toBe(3_600);
      expect(stage.simulator.counts).toMatchObject({ refresh: 2, refreshes: 2 });
      // Whoever has the first token still finds the same.
      expect((await other.refresh()).providerInfo!.accessToken).toBe(
        session.providerInfo!.accessToken,
      );
      expect(valueOf(other)).toBe(valueOf(browser));
    });

    it('keeps them also when only the profile transform has failed', async () => {
      let fail = false;
      const other = await stage.startReplica({
        signInResolver: undefined,
        profileTransform: async () => {
          if (fail) throw new Error('planted');
          return { profile: {} };
        },
      });
      stage.simulator.faults.clear();
      const visitor = await stage.signIn(other);
      const old = valueOf(visitor);
      fail = true;
      expect((await visitor.refresh()).status).toBe(401);
      expect(valueOf(visitor)).toBe(old);
      fail = false;
      stage.clock.advance(60_000);
      expect((await visitor.refresh()).status).toBe(200);
      expect(stage.simulator.counts.refresh).toBe(1);
    });
  });
});
