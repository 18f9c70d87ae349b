import { setTimeout as delay } from 'node:timers/promises';
import { medianOf, race, timeOf } from '../race';
import type { Comparison, Contestants, RaceOptions, Sample } from '../race';
import type { Latency } from '../world/networkProcess';
import { known } from '../world/people';
import type { AuthBackend, World } from '../world/startWorld';
import { createBrowser } from './browser';
import type { Browser } from './browser';

export type Unit = 'time' | 'cpu' | 'bitbucket' | 'catalog';

/** What one case is about, and what came out. */
export interface EndToEndResult {
  readonly name: string;
  readonly latency: Latency;
  /** 1: one after another. */
  readonly atOnce: number;
  readonly comparison: Comparison<Unit>;
  /** Most that ours may take of upstream's time; only where one was set. */
  readonly timeLimit?: number;
  /** Most requests to Bitbucket and catalog. */
  readonly requestLimit?: { readonly bitbucket: number; readonly catalog: number };
}

/** CPU of ours in units of upstream's, in every case. */
export const cpuLimit = 1.1;

/** Operations of a round, one after another and at once. */
export const sequential = 20;
export const together = 50;

export const near: Latency = { bitbucket: 0, catalog: 0 };
export const far: Latency = { bitbucket: 30, catalog: 5 };

/** How long ours remembers people where the case is that it no longer does. */
const shortTtlMs = 1000;

interface Case {
  readonly name: string;
  readonly ours: 'default' | 'forgetful';
  /** What a browser has behind it before the clock runs. */
  readonly prepare: (browsers: readonly Browser[]) => Promise<unknown>;
  readonly work: (browser: Browser) => Promise<void>;
  /** Limits one after another, with latency. */
  readonly timeLimit: number;
  /** Limit of 50 at once, with latency. */
  readonly timeLimitTogether?: number;
  readonly requestLimit?: { readonly bitbucket: number; readonly catalog: number };
}

const signInAll = (browsers: readonly Browser[]) =>
  Promise.all(browsers.map(browser => browser.signIn()));

const cases: readonly Case[] = [
  {
    name: 'first sign-in',
    ours: 'default',
    prepare: async () => undefined,
    work: browser => browser.signIn(),
    timeLimit: 1,
  },
  {
    name: 'refresh, known session',
    ours: 'default',
    prepare: signInAll,
    work: browser => browser.refresh(),
    timeLimit: 0.4,
    timeLimitTogether: 0.5,
    requestLimit: { bitbucket: 1, catalog: 0 },
  },
  {
    name: 'refresh, person to be read again',
    ours: 'forgetful',
    async prepare(browsers) {
      await signInAll(browsers);
      await delay(shortTtlMs * 1.2);
    },
    work: browser => browser.refresh(),
    timeLimit: 0.8,
  },
];

/**
 * Ours as by default and with a short memory, and as many with upstream's module: each pair has done
 * the same work before a case begins, so the engine has compiled as much of one as of the other.
 */
export type AuthBackends = Readonly<Record<Case['ours'], Contestants<AuthBackend>>>;

export async function startAuthBackends(world: World): Promise<AuthBackends> {
  const ttl = { milliseconds: shortTtlMs };
  return {
    default: {
      ours: await world.startAuthBackend('ours', 'ours'),
      upstream: await world.startAuthBackend('upstream', 'upstream'),
    },
    forgetful: {
      ours: await world.startAuthBackend('ours2', 'ours', {
        profileCacheTtl: ttl,
        userLookup: { ttl },
      }),
      upstream: await world.startAuthBackend('upstream2', 'upstream'),
    },
  };
}

/** Sign-ins, and as many refreshes, of each backend before the first case. */
export const warmUpSignIns = ({ rounds }: RaceOptions) => rounds * together;

/** How many people {@link endToEndCases} signs in. */
export function peopleNeeded(options: RaceOptions): number {
  const { rounds, warmUp } = options;
  return warmUpSignIns(options) + cases.length * 2 * (rounds + warmUp) * (sequential + together);
}

export async function* endToEndCases(
  world: World,
  backends: AuthBackends,
  options: RaceOptions,
): AsyncGenerator<EndToEndResult> {
  let next = warmUpSignIns(options);
  await warmCompilerUp(world, backends, next);
  for (const latency of [far, near]) {
    await world.setLatency(latency);
    for (const each of cases) {
      for (const atOnce of [1, together]) {
        const count = atOnce === 1 ? sequential : together;
        const comparison = await measure(world, backends[each.ours], each, {
          atOnce,
          first: next,
          count,
          ...options,
        });
        next += count * (options.rounds + options.warmUp);
        yield {
          name: each.name,
          latency,
          atOnce,
          comparison,
          ...(latency === far && {
            timeLimit: atOnce === 1 ? each.timeLimit : each.timeLimitTogether,
          }),
          requestLimit: each.requestLimit,
        };
      }
    }
  }
}

async function warmCompilerUp(world: World, backends: AuthBackends, count: number): Promise<void> {
  await world.setPeople(0, count);
  for (const { ours, upstream } of Object.values(backends)) {
    for (const backend of [ours, upstream]) {
      for (let first = 0; first < count; first += together) {
        const browsers = Array.from({ length: together }, (_, index) =>
          createBrowser(backend, known(first + index)),
        );
        await signInAll(browsers);
        await Promise.all(browsers.map(browser => browser.refresh()));
      }
    }
  }
}

async function measure(
  world: World,
  contestants: Contestants<AuthBackend>,
  { prepare, work }: Case,
  options: RaceOptions & {
    readonly atOnce: number;
    /** Number of the first person, and people of each round: everybody is new. */
    readonly first: number;
    readonly count: number;
  },
): Promise<Comparison<Unit>> {
  const { atOnce, first, count, rounds, warmUp } = options;
  await world.setPeople(first, count * (rounds + warmUp));
  return race(contestants, options, async (backend, round): Promise<Sample<Unit>> => {
    const browsers = Array.from({ length: count }, (_, index) =>
      createBrowser(backend, known(first + round * count + index)),
    );
    await prepare(browsers);
    await backend.takeRequests();
    const before = await backend.cpu();
    const time = atOnce === 1 ? await oneByOne(browsers, work) : await allAtOnce(browsers, work);
    const cpu = ((await backend.cpu()) - before) / count;
    const { bitbucket, catalog } = await backend.takeRequests();
    return { time, cpu, bitbucket: bitbucket / count, catalog: catalog / count };
  });
}

/** The median of the latencies. */
async function oneByOne(browsers: readonly Browser[], work: Case['work']): Promise<number> {
  const latencies = [];
  for (const browser of browsers) latencies.push(await timeOf(() => work(browser)));
  return medianOf(latencies);
}

/** The time of all, for each. */
async function allAtOnce(browsers: readonly Browser[], work: Case['work']): Promise<number> {
  return (await timeOf(() => Promise.all(browsers.map(work)))) / browsers.length;
}
