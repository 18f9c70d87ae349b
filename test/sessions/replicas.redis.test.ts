import type { Browser, SessionMessage } from '../authenticator/support/createBrowser';
import { startRedis } from '../support/redis';
import type { Redis } from '../support/redis';
import { startSessionWorld } from './support/startSessionWorld';
import type { BackendProcess, SessionWorld } from './support/startSessionWorld';

const tabCount = 20;
const rounds = 40;

let redis: Redis;
let world: SessionWorld;

beforeAll(async () => {
  [redis, world] = await Promise.all([startRedis(), startSessionWorld()]);
});

beforeEach(() => world.simulator.clearRequests());

afterAll(async () => {
  await world?.stop();
  await redis?.stop();
});

/** How many answers had which status, and what the others said. */
function tally(sessions: readonly SessionMessage[]) {
  const counts: Record<string, number> = {};
  for (const { status, error } of sessions) {
    const key = error ? `${status} ${error.message}` : String(status);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Twenty tabs of one browser, spread over the replicas. */
function openTabs(replicas: readonly BackendProcess[], browser: Browser): Browser[] {
  return Array.from({ length: tabCount }, (_, tab) =>
    replicas[tab % replicas.length]!.createBrowser(browser),
  );
}

describe.each(['valkey', 'redis'])('processes that share a Redis with store: %s', store => {
  let replicas: BackendProcess[];
  const startReplica = (provider = {}) =>
    world.startBackend({ cache: { store, connection: redis.url }, provider });

  beforeAll(async () => {
    replicas = await Promise.all([startReplica(), startReplica(), startReplica()]);
  });

  afterAll(() => Promise.all(replicas.map(replica => replica.stop())));

  it.each([2, 3])('lose nobody when 20 tabs refresh at once through %i of them', async count => {
    const browser = await replicas[0]!.signIn();
    const tabs = openTabs(replicas.slice(0, count), browser);
    const sessions: SessionMessage[] = [];
    for (let round = 0; round < rounds; round += 1) {
      sessions.push(...(await Promise.all(tabs.map(tab => tab.refresh()))));
    }
    expect(tally(sessions)).toEqual({ 200: tabCount * rounds });
    expect(world.simulator.counts.refreshes).toBe(rounds);
  });

  // A request with a token whose successor was used meanwhile is refused, whoever sends it; the tab
  // has the newest cookie by then.
  it('lose no session when each of 20 tabs goes its own way, as fast as it can', async () => {
    const browser = await replicas[0]!.signIn();
    const tabs = openTabs(replicas, browser);
    const sessions = await Promise.all(
      tabs.map(async tab => {
        const own: SessionMessage[] = [];
        for (let round = 0; round < rounds; round += 1) own.push(await tab.refresh());
        return own;
      }),
    );
    const refused = sessions.flat().filter(({ status }) => status !== 200);
    for (const { status, error } of refused) {
      expect([status, error!.message]).toEqual([401, expect.stringContaining('SESSION_ENDED')]);
    }
    for (const tab of tabs) expect(tally([await tab.refresh()])).toEqual({ 200: 1 });
  });
});

describe('a process that ends while it refreshes a session', () => {
  let other: BackendProcess;
  const startReplica = (provider = {}) =>
    world.startBackend({ cache: { store: 'valkey', connection: redis.url }, provider });

  beforeAll(async () => {
    other = await startReplica();
  });

  afterEach(() => {
    world.simulator.faults.clear();
    world.catalog.gate = Promise.resolve();
  });

  /** Holds back what a refresh waits for after its exchange; resolves when it waits. */
  const holds = {
    'asks Bitbucket who it is': () => {
      const never = new Promise(() => undefined);
      world.simulator.faults.set('whoami', { hold: never });
      return world.simulator.arrived('whoami');
    },
    'asks the catalog': () => {
      world.catalog.gate = new Promise(() => undefined);
      return world.catalog.asked();
    },
  };

  it.each([
    ['SIGKILL', 'asks Bitbucket who it is'],
    ['SIGKILL', 'asks the catalog'],
    ['SIGTERM', 'asks the catalog'],
  ] as const)('by %s while it %s has lost nothing', async (signal, where) => {
    const browser = await other.signIn();
    const dying = await startReplica({ profileCacheTtl: '0s' });
    world.simulator.clearRequests();
    const waits = holds[where]();
    const refresh = dying.createBrowser(browser).refresh();
    const outcome = refresh.then(
      ({ status }) => status,
      () => 'no answer',
    );
    await waits;
    expect(world.simulator.counts).toMatchObject({ refresh: 1, refreshes: 1 });
    const ended = dying.stop(signal);
    if (signal === 'SIGTERM') await new Promise(resolve => setTimeout(resolve, 200));
    world.simulator.faults.clear();
    world.catalog.gate = Promise.resolve();
    expect(tally([await other.createBrowser(browser).refresh()])).toEqual({ 200: 1 });
    // With the tokens that the dead process had got.
    expect(world.simulator.counts).toMatchObject({ refresh: 1, refreshes: 1 });
    await ended;
    expect(['no answer', 200, 503]).toContain(await outcome);
    expect(
      tally([await browser.refresh().catch(() => other.createBrowser(browser).refresh())]),
    ).toEqual({ 200: 1 });
  });
});
