import { clock } from '../../../src/shared';

/** The clock of the library, for a test that needs less than a whole fake one. */
export { clock };

export interface FakeClock {
  readonly now: () => number;
  /** Lets time pass: wakes, in order, whoever waits for a moment within it. */
  advance(ms: number): void;
  /** Milliseconds that were asked for, in order. */
  readonly asked: number[];
  /** Resolves when somebody has asked to wait for so long, not counting the first ones. */
  readonly asks: (ms: number, skip?: number) => Promise<void>;
}

export interface FakeClockOptions {
  /** Waits up to this long end at once, as those between two attempts. Default 0: none. */
  readonly skipMs?: number;
}

/**
 * Gives the library a time that passes only when a test says so. Starts at the real time: servers use
 * that.
 */
export function createFakeClock({ skipMs = 0 }: FakeClockOptions = {}): FakeClock {
  let time = Date.now();
  const sleepers = new Map<() => void, number>();
  const asked: number[] = [];
  const watchers = new Set<() => void>();
  clock.now = () => time;
  clock.sleep = (ms, signal) =>
    new Promise(resolve => {
      asked.push(ms);
      watchers.forEach(look => look());
      const wake = () => {
        sleepers.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      if (signal?.aborted || ms <= skipMs) {
        wake();
        return;
      }
      sleepers.set(wake, time + ms);
      signal?.addEventListener('abort', wake);
    });
  return {
    now: () => time,
    asked,
    asks: (ms, skip = 0) =>
      new Promise(resolve => {
        const look = () => {
          if (!asked.slice(skip).includes(ms)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    advance(ms) {
      time += ms;
      const due = [...sleepers].filter(([, at]) => at <= time).sort(([, a], [, b]) => a - b);
      for (const [wake] of due) wake();
    },
  };
}
