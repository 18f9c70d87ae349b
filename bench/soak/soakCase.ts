import { setTimeout as delay } from 'node:timers/promises';
import { createBrowser } from '../endToEnd/browser';
import { known } from '../world/people';
import type { AuthBackend, World } from '../world/startWorld';

export interface SoakMinute {
  readonly minute: number;
  /** What could not be reached. */
  readonly outage: string;
  readonly done: number;
  readonly refused: number;
  /** Bytes in use after a collection. */
  readonly heap: number;
}

const people = 1_000;
const workers = 16;
/** Between two requests of one worker: a soak is about time, not about speed. */
const pauseMs = 100;

/**
 * Minutes of sign-ins, refreshes, made-up refresh tokens, and outages of the catalog and of Bitbucket.
 * Yields the heap of the auth backend after each.
 */
export async function* soakCase(world: World, minutes: number): AsyncGenerator<SoakMinute> {
  await world.setLatency({ bitbucket: 5, catalog: 2 });
  await world.setPeople(0, people);
  const backend = await world.startAuthBackend('soak', 'ours', {
    profileCacheTtl: { seconds: 5 },
    userLookup: { ttl: { seconds: 5 } },
  });
  const crowd = Array.from({ length: people }, (_, index) => createSoakPerson(backend, index));
  for (let minute = 0; minute <= minutes; minute += 1) {
    const counts = { done: 0, refused: 0 };
    const outage = outageOf(minute);
    await backend.setOpen({ bitbucket: outage !== 'Bitbucket', catalog: outage !== 'catalog' });
    // Minute 0 is the start: nobody has come yet.
    const until = performance.now() + (minute === 0 ? 0 : 60_000);
    const worker = async (first: number) => {
      for (let turn = first; performance.now() < until; turn += workers) {
        const ended = await crowd[turn % people]!(turn);
        counts[ended ? 'done' : 'refused'] += 1;
        await delay(pauseMs);
      }
    };
    await Promise.all(
      Array.from({ length: workers }, (_, index) => worker(minute * 7_919 + index)),
    );
    yield { minute, outage, ...counts, heap: await backend.heap() };
  }
}

/** Every fourth minute the catalog is away, and in between, Bitbucket. */
function outageOf(minute: number): string {
  if (minute > 0 && minute % 4 === 0) return 'catalog';
  return minute % 4 === 2 && minute > 2 ? 'Bitbucket' : '';
}

/** Somebody who signs in, then refreshes, and at times signs in anew or comes with nonsense. */
function createSoakPerson(backend: AuthBackend, index: number) {
  let browser: ReturnType<typeof createBrowser> | undefined;
  return async (turn: number): Promise<boolean> => {
    try {
      if (turn % 10 === 9) {
        const stranger = createBrowser(backend, known(index));
        stranger.forgeSession(`made-up-${turn}`);
        await stranger.refresh();
      } else if (browser && turn % 10 !== 5) {
        await browser.refresh();
      } else {
        const fresh = createBrowser(backend, known(index));
        await fresh.signIn();
        browser = fresh;
      }
      return true;
    } catch {
      // Refused: by an outage, for a made-up token, or because an outage has ended the session.
      return false;
    }
  };
}
