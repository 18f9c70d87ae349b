import type { Shortcut } from './Search';

const weightOfNewest = 0.3;
const firstTrialAfter = 2;
const longestInterval = 1024;

/**
 * Two ways to the same answer, of which the database decides which is faster: goes the faster one,
 * and tries the other now and then, more rarely each time that nothing changes.
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
  const average = { reliable: NaN, shortcut: NaN };
  let preferred: keyof typeof average = 'reliable';
  let interval = firstTrialAfter;
  let untilTrial = firstTrialAfter;

  function choose(): keyof typeof average {
    untilTrial -= 1;
    if (untilTrial > 0) return preferred;
    interval = Math.min(interval * 2, longestInterval);
    untilTrial = interval;
    return preferred === 'reliable' ? 'shortcut' : 'reliable';
  }

  function learn(way: keyof typeof average, took: number): void {
    const before = average[way];
    average[way] = Number.isFinite(before) ? before + weightOfNewest * (took - before) : took;
    const faster = average.shortcut < average.reliable ? 'shortcut' : 'reliable';
    if (faster !== preferred) interval = untilTrial = firstTrialAfter;
    preferred = faster;
  }

  return async request => {
    const way = shortcut.suits(request) ? choose() : 'reliable';
    const started = now();
    if (way === 'shortcut') {
      try {
        const found = await shortcut.search(request);
        if (found) {
          learn(way, now() - started);
          return found;
        }
      } catch {
        // Whatever it was, the reliable way is asked next, and what that one throws counts.
        learn(way, Infinity);
        return reliable(request);
      }
    }
    const found = await reliable(request);
    learn(way, now() - started);
    return found;
  };
}
