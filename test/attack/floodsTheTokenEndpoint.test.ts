import { createHash } from 'node:crypto';
import { encodeOAuthState } from '@backstage/plugin-auth-node';
import { allow } from '../authenticator/support/allow';
import type { Browser } from '../authenticator/support/createBrowser';
import { createSharedCache } from '../authenticator/support/createSharedCache';
import { createStage, link, refreshCookie } from '../authenticator/support/createStage';
import type { Replica, Stage } from '../authenticator/support/createStage';
import { jane } from '../authenticator/support/people';
import { settledHeap } from '../support/settledHeap';
import { deferred } from '../support/controlled';

const maxExchanges = 100;
const shared = createSharedCache();

let stage: Stage;
let backend: Replica;

beforeAll(async () => {
  stage = await createStage();
  backend = await stage.startReplica({ options: { cache: shared.cache } });
});

beforeEach(() => {
  stage.simulator.faults.clear();
  stage.simulator.clearRequests();
});

afterAll(() => stage.close());

function createStranger(index: number): Browser {
  const browser = backend.createBrowser();
  browser.cookies.set(refreshCookie, { value: `made-up-${index}`, attributes: {} });
  return browser;
}

/** As many exchanges as are allowed at a time, which end when the returned function is called. */
async function occupyBitbucket(): Promise<() => Promise<void>> {
  const held = deferred();
  stage.simulator.faults.set('refresh', { hold: held.promise });
  const work = Array.from({ length: maxExchanges }, (_, index) => createStranger(index).refresh());
  await Promise.race([
    stage.simulator.arrived('refresh', maxExchanges),
    Promise.race(work).then(({ status }) => {
      throw new Error(`A refresh was answered with ${status} before all were at Bitbucket`);
    }),
  ]);
  return async () => {
    held.resolve();
    stage.simulator.faults.clear();
    const answers = await Promise.all(work);
    expect(answers.filter(({ status }) => status === 200)).toEqual([]);
  };
}

async function untilLogged(text: string): Promise<void> {
  while (!backend.log.lines.some(line => line.includes(text))) await settle();
}

const settle = () => new Promise(resolve => setImmediate(resolve));

describe('strangers who send nonsense', () => {
  it('open so many connections to Bitbucket and no more; others wait for their turn', async () => {
    const browser = await stage.signIn(backend);
    const letGo = await occupyBitbucket();
    const waits = browser.refresh();
    const more = Array.from({ length: 20 }, (_, index) => createStranger(1_000 + index).refresh());
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(stage.simulator.counts.refresh).toBe(maxExchanges);
    await letGo();
    expect((await waits).status).toBe(200);
    expect((await Promise.all(more)).map(({ status }) => status)).toEqual(Array(20).fill(401));
  });

  it('leave nothing in a memory or the cache', async () => {
    const before = shared.store.size;
    const letGo = await occupyBitbucket();
    await letGo();
    expect(shared.store.size).toBe(before);
  });

  it('make a sign-in wait for as long as a call may take, and then say that it is busy', async () => {
    const browser = backend.createBrowser();
    const redirectUrl = allow(stage.simulator, jane.name, await browser.start());
    const letGo = await occupyBitbucket();
    const asked = stage.clock.asked.length;
    const work = browser.comeBack(redirectUrl);
    await stage.clock.asks(10_000, asked);
    stage.clock.advance(10_000);
    const { error } = await work;
    expect(error!.message).toContain('BITBUCKET_BUSY');
    expect(error!.name).toBe('ServiceUnavailableError');
    expect(stage.simulator.counts.token).toBe(0);
    await letGo();
  });
});

describe('a browser that leaves while its exchange waits for its turn', () => {
  it('takes nobody with it who comes with the same token meanwhile', async () => {
    const browser = await stage.signIn(backend);
    const again = stage.join(backend, browser);
    const letGo = await occupyBitbucket();
    const reached = deferred();
    const gate = deferred();
    shared.before = operation => {
      if (operation !== 'get') return undefined;
      reached.resolve();
      return gate.promise;
    };
    const patience = new AbortController();
    const left = browser.refresh({}, patience.signal);
    await reached.promise;
    patience.abort();
    await expect(left).rejects.toThrow();
    await untilLogged('REQUEST_ABORTED');
    const second = again.refresh();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    gate.resolve();
    shared.before = () => undefined;
    for (let turn = 0; turn < 20; turn += 1) await settle();
    await letGo();
    expect((await second).status).toBe(200);
  });

  it('never had an exchange, so its session goes on', async () => {
    const browser = await stage.signIn(backend);
    const letGo = await occupyBitbucket();
    const asked = stage.clock.asked.length;
    const patience = new AbortController();
    const left = browser.refresh({}, patience.signal);
    await stage.clock.asks(10_000, asked);
    for (let turn = 0; turn < 20; turn += 1) await settle();
    patience.abort();
    await expect(left).rejects.toThrow();
    await untilLogged('REQUEST_ABORTED');
    await letGo();
    expect(stage.simulator.counts).toMatchObject({ refresh: maxExchanges, refreshes: 0 });
    expect((await browser.refresh()).status).toBe(200);
  });
});

describe('thousands of requests with nothing but nonsense', () => {
  // The cache of the others is a mock, which remembers each of its calls.
  beforeAll(async () => {
    backend = await stage.startReplica();
  });

  /** All that a stranger can know of an attempt, and a code and a verifier that are made up. */
  function madeUpCallback(index: number): Promise<unknown> {
    const browser = backend.createBrowser();
    const nonce = `nonce-${index}`;
    const env = 'development';
    const binding = [nonce, env, stage.simulator.baseUrl, link.clientId].join('\n');
    const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
    const content = { v: hash(nonce), b: hash(binding), s: '', n: false, a: '' };
    const value = Buffer.from(JSON.stringify(content)).toString('base64url');
    // Every other one has no attempt at all.
    if (index % 2) browser.cookies.set('bitbucketServer-attempt', { value, attributes: {} });
    browser.cookies.set('bitbucketServer-nonce', { value: nonce, attributes: {} });
    const state = encodeOAuthState({ env, nonce });
    return browser.comeBack(`http://x/?${new URLSearchParams({ code: `code-${index}`, state })}`);
  }

  /** Stays for the answer, or leaves as soon as the request is on its way. */
  async function madeUpRefresh(index: number, leaves: boolean): Promise<void> {
    const patience = new AbortController();
    const answer = createStranger(index).refresh({}, patience.signal);
    if (!leaves) {
      expect((await answer).status).toBe(401);
      return;
    }
    setImmediate(() => patience.abort());
    await expect(answer).rejects.toThrow();
  }

  async function forEach(count: number, atOnce: number, work: (index: number) => Promise<unknown>) {
    let next = 0;
    const worker = async () => {
      while (next < count) await work(next++);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  const flood = (refreshes: number, callbacks: number) =>
    Promise.all([
      forEach(refreshes, 150, index => madeUpRefresh(index, index % 5 === 0)),
      forEach(callbacks, 50, madeUpCallback),
    ]);

  async function heap(): Promise<number> {
    // What the test itself has written down.
    backend.log.lines.length = 0;
    backend.events.length = 0;
    stage.simulator.clearRequests();
    return settledHeap();
  }

  it('cost nobody a session, and leave the memory as it was', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => stage.signIn(backend)));
    const refreshAll = async () => {
      const sessions = await Promise.all(people.map(browser => browser.refresh()));
      expect(sessions.map(({ status }) => status)).toEqual(Array(20).fill(200));
    };
    const sleeper = await stage.signIn(backend);
    // More than there is room for in the memory of sessions, together with those below.
    await flood(2_500, 300);
    const before = await heap();
    const flooding = flood(10_000, 3_000);
    for (let round = 0; round < 10; round += 1) await refreshAll();
    await flooding;
    await refreshAll();
    const grown = (await heap()) - before;
    // What is known of a session is not pushed out either: the exchange is all that it needs.
    expect((await sleeper.refresh()).status).toBe(200);
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, whoami: 0 });
    expect(grown).toBeLessThan(30 * 2 ** 20);
  }, 300_000);
});
