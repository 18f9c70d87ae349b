import type { Browser } from '../authenticator/support/createBrowser';
import { startRedis } from '../support/redis';
import type { Redis } from '../support/redis';
import { startNonsense, startSlowWay } from './support/brokenCaches';
import { startSessionWorld } from './support/startSessionWorld';
import type { BackendProcess, SessionWorld } from './support/startSessionWorld';

/** The longest that one operation is waited for. */
const deadlineMs = 75;
/** Far above what a busy machine adds to one deadline, and far below what waiting for a dead cache is. */
const hangsMs = 1_500;
/** Longer than a cache that failed is left alone. */
const longerThanPauseMs = 7_000;

let world: SessionWorld;
/** Without a cache: how long a refresh takes on this machine at this moment. */
let plain: Browser;
let redis: Redis;
let cleanUps: (() => Promise<void>)[] = [];

beforeAll(async () => {
  world = await startSessionWorld();
  plain = await (await world.startBackend()).signIn();
});

beforeEach(async () => {
  redis = await startRedis();
  cleanUps = [() => redis.stop()];
});

afterEach(async () => {
  world.simulator.faults.clear();
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

afterAll(() => world?.stop());

interface Outage {
  /** Of the cache. */
  readonly url: string;
  /** Absent: it is like that when the backends start. */
  readonly begin?: () => Promise<unknown> | void;
  readonly end: () => Promise<unknown> | void;
  /** The client of `store: redis` never comes back once its connection has failed. */
  readonly endsConnections: boolean;
}

const outages: Record<string, () => Promise<Outage> | Outage> = {
  async 'is not there when the backends start'() {
    await redis.kill();
    return { url: redis.url, end: redis.restart, endsConnections: true };
  },
  'is killed': () => ({
    url: redis.url,
    begin: redis.kill,
    end: redis.restart,
    endsConnections: true,
  }),
  'is frozen': () => ({
    url: redis.url,
    begin: redis.freeze,
    end: redis.thaw,
    endsConnections: false,
  }),
  async 'answers nonsense'() {
    const nonsense = await startNonsense();
    let stop = nonsense.stop;
    cleanUps.push(() => stop());
    return {
      url: nonsense.url,
      async end() {
        await nonsense.stop();
        ({ stop } = await startSlowWay(redis.url, 0, nonsense.port));
      },
      endsConnections: true,
    };
  },
  // It answers, and the store keeps the refusal to itself.
  async 'has no memory left when the backends start'() {
    await redis.command('CONFIG SET maxmemory 1');
    return {
      url: redis.url,
      end: () => redis.command('CONFIG SET maxmemory 0'),
      endsConnections: false,
    };
  },
};

async function startReplicas(store: string, connection: string) {
  const start = async () => {
    const backend = await world.startBackend({ cache: { store, connection } });
    cleanUps.push(() => backend.stop());
    return backend;
  };
  return Promise.all([start(), start()]);
}

/** Milliseconds of a request that must not fail. */
async function timeOf(request: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await request();
  return performance.now() - start;
}

async function refresh(browser: Browser): Promise<void> {
  expect(await browser.refresh()).toMatchObject({ status: 200 });
}

/** Milliseconds of refreshes, and how much longer they take than without a cache. */
async function refreshTimes(browser: Browser, count: number) {
  const times: number[] = [];
  const waits: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const usual = await timeOf(() => refresh(plain));
    const time = await timeOf(() => refresh(browser));
    times.push(time);
    waits.push(time - usual);
  }
  return { times, waits };
}

const medianOf = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;

async function linesOf(backend: BackendProcess): Promise<string[]> {
  return (await backend.warnings()).filter(line => line.startsWith('The cache that keeps'));
}

/** Whether a session of one replica is known at the other one, so that nobody asks Bitbucket about it. */
async function isShared([first, second]: readonly BackendProcess[]): Promise<boolean> {
  const browser = await first!.signIn();
  world.simulator.clearRequests();
  await refresh(second!.createBrowser(browser));
  return world.simulator.counts.whoami === 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const patienceMs = 30_000;
  const latest = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > latest) throw new Error(`It has not come to this in ${patienceMs} ms`);
  }
}

const begins = expect.stringContaining('does not work, so replicas do not share them: ');
const ends = expect.stringMatching(/works again, after \d+ failures? in \d+ s$/);

describe.each(['valkey', 'redis'])('a cache with store: %s', store => {
  it.each(Object.keys(outages))(
    'that %s costs nobody a session, nor time',
    async name => {
      const outage = await outages[name]!();
      const replicas = await startReplicas(store, outage.url);
      const [first, second] = replicas;
      const early = await first.signIn();
      if (outage.begin) {
        await until(() => isShared(replicas));
        // One is in the middle of a refresh when it happens.
        let letGo: () => void = () => undefined;
        const held = new Promise<void>(resolve => (letGo = resolve));
        world.simulator.clearRequests();
        world.simulator.faults.set('refresh', { hold: held });
        const inFlight = early.refresh();
        await world.simulator.arrived('refresh');
        world.simulator.faults.clear();
        await outage.begin();
        letGo();
        expect(await inFlight).toMatchObject({ status: 200 });
      }

      const { times, waits } = await refreshTimes(early, 15);
      // Not everybody waits for it.
      expect(medianOf(waits)).toBeLessThan(deadlineMs);
      times.push(await timeOf(() => first.signIn()));
      times.push(await timeOf(() => refresh(second.createBrowser(early))));
      expect(Math.max(...times)).toBeLessThan(hangsMs);
      for (const replica of replicas) {
        await until(async () => {
          expect(await timeOf(() => replica.signIn())).toBeLessThan(hangsMs);
          return (await linesOf(replica)).length > 0;
        });
        expect(await linesOf(replica)).toEqual([begins]);
      }

      await outage.end();
      if (store === 'redis' && outage.endsConnections) {
        const enough = performance.now() + longerThanPauseMs;
        while (performance.now() < enough) expect(await isShared(replicas)).toBe(false);
        for (const replica of replicas) expect(await linesOf(replica)).toEqual([begins]);
        return;
      }
      await until(() => isShared(replicas));
      for (const replica of replicas) {
        await until(async () => {
          // The end is told after a check, which comes with what is asked anyway.
          await replica.signIn();
          return (await linesOf(replica)).length > 1;
        });
        expect(await linesOf(replica)).toEqual([begins, ends]);
      }
    },
    180_000,
  );

  it('that takes 50 ms for each answer is used, and costs nobody a session, nor time', async () => {
    const way = await startSlowWay(redis.url, 50);
    cleanUps.push(way.stop);
    const replicas = await startReplicas(store, way.url);
    await until(() => isShared(replicas));
    const browser = await replicas[0]!.signIn();
    const tabs = replicas.map(replica => replica.createBrowser(browser));
    for (let round = 0; round < 5; round += 1) {
      expect(await timeOf(() => Promise.all(tabs.map(refresh)))).toBeLessThan(hangsMs);
    }
    // No word about its log: on a busy machine, 50 ms may be more than the deadline.
    await until(() => isShared(replicas));
  });
});
