import { deferred } from '../support/controlled';
import { createStage, refreshCookie } from './support/createStage';
import type { Replica, Stage } from './support/createStage';
import type { Browser } from './support/createBrowser';
import { createSharedCache } from './support/createSharedCache';
import { jane } from './support/people';

let stage: Stage;
let backend: Replica;
let browser: Browser;
const shared = createSharedCache();

beforeAll(async () => {
  stage = await createStage();
  backend = await stage.startReplica({ options: { cache: shared.cache } });
});

beforeEach(async () => {
  stage.simulator.faults.clear();
  browser = await stage.signIn(backend);
  backend.events.length = 0;
});

afterAll(() => stage.close());

const warnings = () => backend.log.lines.filter(line => line.includes('Somebody signed out, but'));

describe('signing out', () => {
  it('deletes the cookie, spends the refresh token and forgets the session', async () => {
    const copy = stage.join(backend, browser);
    const sessions = () => [...shared.store.keys()].filter(key => key.includes('-session:'));
    const before = sessions().length;
    expect((await browser.signOut()).status).toBe(200);
    expect(browser.cookies.has(refreshCookie)).toBe(false);
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, refreshes: 1, any: 1 });
    expect(backend.events).toEqual([{ type: 'sign-out', userId: String(jane.id) }]);
    expect(sessions()).toHaveLength(before - 1);
    // Whoever has copied the cookie has nothing.
    const refused = await copy.refresh();
    expect(refused.status).toBe(401);
    expect(refused.error!.message).toContain('SESSION_ENDED');
    expect(warnings()).toEqual([]);
  });

  it('with a token that was exchanged a moment ago ends its successor', async () => {
    const [late, copy] = [stage.join(backend, browser), stage.join(backend, browser)];
    await browser.refresh();
    const successor = stage.join(backend, browser);
    expect((await late.signOut()).status).toBe(200);
    expect((await copy.refresh()).status).toBe(401);
    expect((await successor.refresh()).error!.message).toContain('SESSION_ENDED');
  });

  it('with a token that is two exchanges old ends the newest one', async () => {
    const late = stage.join(backend, browser);
    await browser.refresh();
    await browser.refresh();
    expect((await late.signOut()).status).toBe(200);
    expect((await browser.refresh()).error!.message).toContain('SESSION_ENDED');
  });

  it('waits for an exchange that is under way, so that nothing comes alive after the end', async () => {
    const held = deferred();
    stage.simulator.faults.set('refresh', { hold: held.promise }, { times: 1 });
    const tab = stage.join(backend, browser);
    const refresh = tab.refresh();
    await stage.simulator.arrived('refresh');
    const signOut = browser.signOut();
    held.resolve();
    expect((await signOut).status).toBe(200);
    expect((await refresh).status).toBe(200);
    // That tab was served, and its new session is over all the same.
    expect((await tab.refresh()).error!.message).toContain('SESSION_ENDED');
  });

  it.each([
    ['the exchange that it makes', false],
    ['an exchange that is under way', true],
  ])('does not wait for more than two seconds for %s', async (_name, underWay) => {
    const held = deferred();
    stage.simulator.faults.set('refresh', { hold: held.promise });
    const refresh = underWay ? stage.join(backend, browser).refresh() : undefined;
    if (underWay) await stage.simulator.arrived('refresh');
    const asked = stage.clock.asked.length;
    const signOut = browser.signOut();
    await stage.clock.asks(2_000, asked);
    stage.clock.advance(2_000);
    expect((await signOut).status).toBe(200);
    expect(browser.cookies.has(refreshCookie)).toBe(false);
    expect(warnings()).toEqual([expect.stringContaining('could not be ended (TIMEOUT)')]);
    held.resolve();
    await refresh;
  });

  it('says in the log when Bitbucket could not be told, and signs out all the same', async () => {
    stage.simulator.faults.set('refresh', { status: 503 });
    expect((await browser.signOut()).status).toBe(200);
    expect(browser.cookies.has(refreshCookie)).toBe(false);
    expect(warnings()).toEqual([
      expect.stringContaining('could not be ended (BITBUCKET_UNAVAILABLE)'),
    ]);
  });

  it('says nothing when the session had ended before', async () => {
    stage.simulator.revokeAll();
    expect((await browser.signOut()).status).toBe(200);
    expect(warnings()).toEqual([]);
  });

  it('without a cookie asks nobody', async () => {
    browser.cookies.clear();
    expect((await browser.signOut()).status).toBe(200);
    expect(stage.simulator.counts.any).toBe(0);
  });

  it('works while the shared cache does not', async () => {
    shared.before = () => Promise.reject(new Error('cache is down'));
    try {
      const copy = stage.join(backend, browser);
      expect((await browser.signOut()).status).toBe(200);
      expect((await copy.refresh()).status).toBe(401);
    } finally {
      shared.before = () => undefined;
    }
  });
});
