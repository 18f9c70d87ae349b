import { setTimeout as delay } from 'node:timers/promises';
import { spreadOf, timeOf } from '../race';
import type { Spread } from '../race';
import { known } from '../world/people';
import type { AuthBackend, World } from '../world/startWorld';
import { createBrowser } from './browser';
import { far } from './endToEndCases';
import type { AuthBackends } from './endToEndCases';

/** How long the bench waits for an answer; as long as Node.js lets a request take. */
export const patienceMs = 300_000;

export interface CrowdOutcome {
  readonly people: number;
  readonly signedIn: number;
  /** What those were told who were not signed in, and how many of them. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Milliseconds until the last one had an answer. */
  readonly time: number;
  /** Milliseconds that those who were signed in have waited. */
  readonly waited?: Spread;
  readonly cpu: number;
  /** Most memory of the auth backend, in MiB, before the crowd and with it. */
  readonly memory: { readonly before: number; readonly peak: number };
  readonly bitbucket: number;
  readonly catalog: number;
}

export interface CrowdResult {
  readonly ours: CrowdOutcome;
  readonly upstream: CrowdOutcome;
}

/** Different people who all sign in for the first time at the same moment. */
export async function crowdCase(
  world: World,
  backends: AuthBackends,
  { first, people }: { readonly first: number; readonly people: number },
): Promise<CrowdResult> {
  await world.setLatency(far);
  const outcomes = [];
  for (const backend of [backends.default.ours, backends.default.upstream]) {
    await world.setPeople(first, people);
    outcomes.push(await measure(backend, first, people));
    // What is still being asked for those who gave up must not burden the next one.
    while ((await backend.underWay()) > 0) await delay(200);
  }
  return { ours: outcomes[0]!, upstream: outcomes[1]! };
}

async function measure(backend: AuthBackend, first: number, people: number): Promise<CrowdOutcome> {
  await backend.takeRequests();
  const before = await backend.cpu();
  const memoryBefore = await backend.peakMemory();
  const waited: number[] = [];
  const refusals: Record<string, number> = {};
  const time = await timeOf(() =>
    Promise.all(
      Array.from({ length: people }, async (_, index) => {
        const browser = createBrowser(backend, known(first + index));
        try {
          waited.push(await timeOf(() => inTime(browser.signIn())));
        } catch (error) {
          const { message } = error as Error;
          // Without names and references, which differ from one to the next.
          const reason = message.replace(/person-\d+/g, '…').replace(/reference \S+\)/, '…)');
          refusals[reason] = (refusals[reason] ?? 0) + 1;
        }
      }),
    ),
  );
  const cpu = ((await backend.cpu()) - before) / people;
  const requests = await backend.takeRequests();
  return {
    people,
    signedIn: waited.length,
    refusals,
    time,
    waited: waited.length > 0 ? spreadOf(waited) : undefined,
    cpu,
    memory: { before: memoryBefore, peak: await backend.peakMemory() },
    bitbucket: requests.bitbucket / people,
    catalog: requests.catalog / people,
  };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), patienceMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
