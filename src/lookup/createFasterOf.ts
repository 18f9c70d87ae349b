import type { Shortcut } from './Search';

/** So many times each way is tried before one is preferred, and so many of its last times count. */
const firstTrials = 3;
const remembered = 5;
const firstInterval = 8;
const longestInterval = 256;
/** From here on a way is so much slower that people should rarely be the ones to find out. */
const muchSlower = 3;

/**
 * Two ways to the same answer, of which the database decides which is faster: goes the faster one,
 * and tries the other now and then, more rarely each time that nothing changes. A way is as fast as
 * the best of its last times, so that a busy moment decides nothing.
 *
 * @param reliable - answers every request; what it throws is thrown
 * @param shortcut - may decline or fail: `reliable` is asked then, at the shortcut's expense
 * @internal
 */
export function createFasterOf<TRequest, TAnswer>(
  reliable: (request: TRequest) => Promise<TAnswer>,
  shortcut: Shortcut<TRequest, TAnswer>,
  now: () => number,
): (request: TRequest) => Promise<TAnswer> {
  const times = { reliable: [] as number[], shortcut: [] as number[] };
  let preferred: keyof typeof times = 'reliable';
  let interval = firstInterval;
  let untilTrial = firstInterval;
  let started = 0;

  function choose(): keyof typeof times {
    // By what was started, not by what has ended: a crowd must not all go the untried way.
    started += 1;
    if (started <= 2 * firstTrials) return started % 2 === 1 ? 'reliable' : 'shortcut';
    untilTrial -= 1;
    if (untilTrial > 0) return preferred;
    interval = Math.min(interval * 2, longestInterval);
    untilTrial = interval;
    return preferred === 'reliable' ? 'shortcut' : 'reliable';
  }

  function learn(way: keyof typeof times, took: number): void {
    times[way] = [...times[way], took].slice(-remembered);
    const best = { reliable: Math.min(...times.reliable), shortcut: Math.min(...times.shortcut) };
    const faster = best.shortcut < best.reliable ? 'shortcut' : 'reliable';
    if (faster !== preferred) interval = untilTrial = firstInterval;
    preferred = faster;
    if (way !== faster && took < Infinity && took > muchSlower * best[faster]) {
      started = Math.max(started, 2 * firstTrials);
      interval = untilTrial = longestInterval;
    }
  }

  return async request => {
    const way = shortcut.suits(request) ? choose() : 'reliable';
    const startedAt = now();
    if (way === 'shortcut') {
      try {
        const found = await shortcut.search(request);
        if (found) {
          learn(way, now() - startedAt);
          return found;
        }
      } catch {
        // Whatever it was, the reliable way is asked next, and what that one throws counts.
        learn(way, Infinity);
        return reliable(request);
      }
    }
    const found = await reliable(request);
    learn(way, now() - startedAt);
    return found;
  };
}
