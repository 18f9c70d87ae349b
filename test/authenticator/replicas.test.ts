import { deferred } from '../support/controlled';
import { createSharedCache } from './support/createSharedCache';
import type { SharedCache } from './support/createSharedCache';
import { createStage, refreshCookie } from './support/createStage';
import type { Stage } from './support/createStage';

let stage: Stage;
let shared: SharedCache;

beforeEach(async () => {
  stage = await createStage();
  shared = createSharedCache();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await stage.close();
});

/** A replica, and a switch that keeps its requests to the token endpoint back. */
async function startReplica() {
  let gate: Promise<void> = Promise.resolve();
  const replica = await stage.startReplica({
    options: {
      cache: shared.cache,
      async fetch(input, init) {
        if (init?.method === 'POST') await gate;
        return fetch(input, init);
      },
    },
  });
  return {
    ...replica,
    holdExchanges() {
      const { promise, resolve } = deferred();
      gate = promise;
      return resolve;
    },
  };
}

/** Lets whoever is at it get to the next thing that it waits for. */
const settle = () => new Promise(resolve => setImmediate(resolve));

const realNow = performance.now.bind(performance);

async function until(condition: () => boolean) {
  const latest = realNow() + 20_000;
  while (!condition()) {
    if (realNow() > latest) throw new Error('It has not come to this in 20 seconds');
    await settle();
  }
}

describe('replicas that share a cache', () => {
  it('share what was read and exchanged: no session is lost, whoever is faster', async () => {
    const replicas = [await startReplica(), await startReplica(), await startReplica()];
    const browser = await stage.signIn(replicas[0]!);
    for (let round = 0; round < 5; round += 1) {
      const tabs = Array.from({ length: 20 }, (_, tab) => stage.join(replicas[tab % 3]!, browser));
      const sessions = await Promise.all(tabs.map(tab => tab.refresh()));
      expect(sessions.map(({ status }) => status)).toEqual(Array(20).fill(200));
      // A browser has one cookie jar.
      browser.cookies.set(refreshCookie, tabs[round]!.cookies.get(refreshCookie)!);
    }
    expect(stage.simulator.counts).toMatchObject({
      refreshes: 5,
      whoami: 0,
      any: stage.simulator.counts.refresh,
    });
  });

  it('find the tokens of another one after Bitbucket has refused the old one', async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const browser = await stage.signIn(first);
    const letGo = second.holdExchanges();
    const late = stage.join(second, browser).refresh();
    const early = await browser.refresh();
    letGo();
    expect((await late).providerInfo!.accessToken).toBe(early.providerInfo!.accessToken);
    expect(second.events).toEqual([{ type: 'refresh', person: 'known', tokens: 'note' }]);
  });

  it('look more than once, because the note of another one may still be on its way', async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const browser = await stage.signIn(first);
    const letGo = second.holdExchanges();
    const late = stage.join(second, browser).refresh();
    await browser.refresh();
    const hidden = new Map(shared.store);
    shared.store.clear();
    let looks = 0;
    shared.before = operation => {
      if (operation !== 'get') return;
      looks += 1;
      if (looks === 3) for (const [key, value] of hidden) shared.store.set(key, value);
    };
    letGo();
    expect((await late).status).toBe(200);
    // Three looks, and both notes of the new token.
    expect(looks).toBe(5);
  });

  it('go on where one has died between exchange and answer', async () => {
    const dying = await stage.startReplica({
      options: { cache: shared.cache },
      // It never comes back from here.
      signInResolver: async (_info, context) =>
        stage.simulator.counts.refresh > 0
          ? new Promise(() => undefined)
          : context.issueToken({ claims: { sub: 'user:default/jane' } }),
    });
    const browser = await stage.signIn(dying);
    const patience = new AbortController();
    const dead = stage.join(dying, browser).refresh({}, patience.signal);
    await stage.simulator.arrived('refresh');
    while (dying.events.length === 0) await settle();
    patience.abort();
    await expect(dead).rejects.toThrow();
    const other = stage.join(await startReplica(), browser);
    expect((await other.refresh()).status).toBe(200);
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, refreshes: 1 });
  });

  describe('when one is slow and the others have gone on meanwhile', () => {
    const outage = { status: 500 };

    /** A slow request with the first token, a fast one that got the third, one behind with the second. */
    async function fallBehind(fault = {}, signal?: AbortSignal) {
      const slow = await stage.startReplica({
        config: { userLookup: { staleIfError: '0s' }, profileCacheTtl: '0s' },
        options: { cache: shared.cache },
      });
      const [fast, third] = [await startReplica(), await startReplica()];
      const browser = await stage.signIn(fast);
      const { promise: held, resolve: letGo } = deferred();
      stage.simulator.faults.set('whoami', { ...fault, hold: held });
      const late = stage.join(slow, browser);
      const answer = late.refresh({}, signal);
      await stage.simulator.arrived('whoami');
      await browser.refresh();
      const behind = stage.join(third, browser);
      await browser.refresh();
      return { slow, browser, late, behind, answer, letGo };
    }

    it.each([
      ['gets its answer', 200, {}],
      ['fails', 503, outage],
    ])('put no older tokens back into the browser when it %s', async (_name, status, fault) => {
      const { browser, late, answer, letGo } = await fallBehind(fault);
      letGo();
      expect((await answer).status).toBe(status);
      // The value only: the cookie expires by the second in which it was set.
      const [lateToken, token] = [late, browser].map(
        each => each.cookies.get(refreshCookie)?.value,
      );
      expect(token).toBeDefined();
      expect(lateToken).toBe(token);
    });

    it('know that the older tokens were exchanged after its browser has left', async () => {
      const patience = new AbortController();
      const { slow, behind, answer } = await fallBehind({}, patience.signal);
      patience.abort();
      await expect(answer).rejects.toThrow();
      while (!slow.log.lines.some(line => line.includes('REQUEST_ABORTED'))) await settle();
      await settle();
      expect((await behind.refresh()).status).toBe(200);
    });
  });
});

describe('a shared cache that does not work', () => {
  /** The time-out of the cache never fires, so whoever waits for a cache that hangs waits for ever. */
  function stopCacheTimeouts() {
    const setTimer = setTimeout;
    jest.spyOn(globalThis, 'setTimeout').mockImplementation((done, ms) => {
      return ms === 75 ? setTimer(() => undefined, 0) : setTimer(done, ms);
    });
  }

  function refreshWithMadeUpTokens(
    replica: Awaited<ReturnType<typeof startReplica>>,
    count: number,
  ) {
    return Array.from({ length: count }, (_, index) => {
      const stranger = replica.createBrowser();
      stranger.cookies.set(refreshCookie, { value: `made-up-${index}`, attributes: {} });
      return stranger.refresh();
    });
  }

  const passPause = () => {
    const later = performance.now() + 5_000 - realNow();
    jest.spyOn(performance, 'now').mockImplementation(() => realNow() + later);
  };

  const warnings = (lines: string[]) => lines.filter(line => line.includes('The cache that keeps'));

  it.each<[string, () => Promise<void>, string]>([
    ['fails', () => Promise.reject(new Error('cache is down')), 'Error: cache is down'],
    [
      'throws',
      () => {
        throw new Error('cache is odd');
      },
      'Error: cache is odd',
    ],
    ['hangs', () => new Promise(() => undefined), 'no answer within 75 ms'],
  ])('because it %s is done without, and told of once', async (_name, before, cause) => {
    const replica = await startReplica();
    const browser = await stage.signIn(replica);
    const written = shared.store.size;
    shared.before = before;
    for (let round = 0; round < 3; round += 1) {
      expect((await browser.refresh()).status).toBe(200);
    }
    expect(stage.simulator.counts).toMatchObject({ refresh: 3, whoami: 0 });
    expect(warnings(replica.log.lines)).toEqual([expect.stringContaining(cause)]);
    expect(shared.store.size).toBe(written);
  });

  it('is not read for five seconds, only told of successors, and used again when it is back', async () => {
    let operations = 0;
    shared.before = () => {
      operations += 1;
      return Promise.reject(new Error('cache is down'));
    };
    const replica = await startReplica();
    const browser = await stage.signIn(replica);
    const asked = operations;
    expect((await browser.refresh()).status).toBe(200);
    // Beginning and end of the exchange: the successor may be all that another replica needs.
    expect(operations).toBe(asked + 2);
    shared.before = () => undefined;
    passPause();
    expect((await browser.refresh()).status).toBe(200);
    await until(() => warnings(replica.log.lines).length > 0);
    expect(warnings(replica.log.lines)).toEqual([expect.stringContaining('works again')]);
    const other = stage.join(await startReplica(), browser);
    expect((await other.refresh()).status).toBe(200);
    expect(stage.simulator.counts.whoami).toBe(0);
  });

  it('is told of successors without anybody waiting for it', async () => {
    shared.before = () => Promise.reject(new Error('cache is down'));
    const replica = await startReplica();
    const browser = await stage.signIn(replica);
    stopCacheTimeouts();
    const told: string[] = [];
    shared.before = operation => {
      told.push(operation);
      return new Promise(() => undefined);
    };
    expect((await browser.refresh()).status).toBe(200);
    expect(told).toEqual(['set', 'set']);
  });

  it('is not what a busy one is: that is asked whatever it owes', async () => {
    const replica = await startReplica();
    stopCacheTimeouts();
    const [answer, everybodyAsked] = [deferred(), deferred()];
    let operations = 0;
    shared.before = () => {
      operations += 1;
      if (operations === 120) everybodyAsked.resolve();
      return answer.promise;
    };
    const refreshes = refreshWithMadeUpTokens(replica, 60);
    // Nobody is answered before.
    await Promise.race([everybodyAsked.promise, ...refreshes]);
    answer.resolve();
    expect(operations).toBe(120);
    for (const { status } of await Promise.all(refreshes)) expect(status).toBe(401);
  });

  it('that never answers is owed no more than 100 operations, whatever strangers send', async () => {
    let operations = 0;
    shared.before = () => {
      operations += 1;
      return new Promise(() => undefined);
    };
    const replica = await startReplica();
    await stage.signIn(replica);
    await until(() => warnings(replica.log.lines).length > 0);
    const refreshes = refreshWithMadeUpTokens(replica, 60);
    for (const { status } of await Promise.all(refreshes)) expect(status).toBe(401);
    expect(operations).toBe(100);
  });

  // The stores of Backstage do not say that their server has refused a command.
  it('because it keeps nothing, without a word about it, is told of once', async () => {
    const keepsNothing = jest.spyOn(shared.store, 'set').mockImplementation(() => shared.store);
    const replica = await startReplica();
    const browser = await stage.signIn(replica);
    const told = () => warnings(replica.log.lines);
    await until(() => told().length > 0);
    passPause();
    expect((await browser.refresh()).status).toBe(200);
    expect(told()).toEqual([expect.stringContaining('what is written to it cannot be read again')]);
    keepsNothing.mockRestore();
    // A check that began before may fail in between.
    while (told().length === 1) {
      passPause();
      expect((await browser.refresh()).status).toBe(200);
    }
    expect(told()).toEqual([expect.any(String), expect.stringContaining('works again')]);
  });

  it('is not what one with a lagging copy is', async () => {
    const get = shared.store.get.bind(shared.store);
    let looks = 0;
    jest.spyOn(shared.store, 'get').mockImplementation(key => {
      if (key.startsWith('bitbucket-server-check')) looks += 1;
      return looks === 1 ? undefined : get(key);
    });
    const replica = await startReplica();
    await stage.signIn(replica);
    await until(() => looks === 2);
    await settle();
    expect(warnings(replica.log.lines)).toEqual([]);
  });

  it.each([
    ['answers whoever is late by one refresh', 1, 200],
    ['refuses whoever is late by two', 2, 401],
  ])(
    'is looked into after a refusal although it is left alone, and %s',
    async (_name, ahead, status) => {
      const [first, second] = [await startReplica(), await startReplica()];
      const browser = await stage.signIn(first);
      const working = shared.before;
      shared.before = () => Promise.reject(new Error('cache is down'));
      const letGo = second.holdExchanges();
      const late = stage.join(second, browser).refresh();
      await settle();
      while (warnings(second.log.lines).length === 0) await settle();
      shared.before = working;
      for (let round = 0; round < ahead; round += 1) await browser.refresh();
      letGo();
      // Tokens that were exchanged since must not come back into the browser.
      expect((await late).status).toBe(status);
    },
  );
});
