import { randomUUID } from 'node:crypto';
import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import { createIncident, describeCause, sleep, withTimeout } from '../shared';

/** Longest time that anybody waits for the cache, in milliseconds. */
const timeoutMs = 75;
/** So long, or until it answers, nobody waits for a cache that failed, except who has been refused: not every person pays for its time-out. */
const pauseMs = 5_000;
/** Operations that a cache that failed may owe an answer to: the client of a dead one may queue them for ever. */
const maxUnanswered = 100;
/** How often a cache that seems well is checked, in milliseconds. */
const checkEveryMs = 60_000;
/** Longest time that a check waits, which nobody waits for: the first one opens the connection. */
const checkTimeoutMs = 2_000;
/** When to look for what a check has written, in milliseconds: a reading replica of the store may lag. */
const checkLooksMs = [0, 500];

/**
 * The cache that replicas share, with a deadline, and left alone after a failure. Never throws.
 *
 * The stores of Backstage answer "not there" when their server refuses them (a wrong password, no
 * memory left, a read-only replica, nonsense), so an answer alone says nothing. Now and then, and
 * before it counts as back after a failure, something is written to it and read again.
 */
export function createSessionCache(
  cache: CacheService | undefined,
  logger: LoggerService | undefined,
) {
  const outage = createIncident(logger);
  const checkKey = `bitbucket-server-check:${randomUUID()}`;
  let pausedUntil = -Infinity;
  let nextCheck = -Infinity;
  let unanswered = 0;

  const isPaused = () => performance.now() < pausedUntil;

  function fail(why: string): void {
    pausedUntil = performance.now() + pauseMs;
    nextCheck = pausedUntil;
    outage.fail(
      `The cache that keeps Bitbucket Server sessions does not work, so replicas do not share them: ${why}`,
    );
  }

  function run<T>(work: () => Promise<T>, limitMs: number): Promise<T> {
    // `async`, so that a cache that throws at once is no different.
    const count = async () => {
      unanswered += 1;
      try {
        return await work();
      } finally {
        unanswered -= 1;
      }
    };
    return withTimeout(count, { timeoutMs: limitMs, sleep });
  }

  async function keepsWhatIsWritten(store: CacheService): Promise<boolean> {
    const value = randomUUID();
    await run(() => store.set(checkKey, value, { ttl: checkEveryMs }), checkTimeoutMs);
    for (const delay of checkLooksMs) {
      if (delay > 0) await sleep(delay);
      if ((await run(() => store.get(checkKey), checkTimeoutMs)) === value) return true;
    }
    return false;
  }

  async function check(store: CacheService): Promise<void> {
    nextCheck = performance.now() + checkEveryMs;
    try {
      if (await keepsWhatIsWritten(store)) {
        outage.recover('The cache that keeps Bitbucket Server sessions works again');
      } else {
        fail('what is written to it cannot be read again');
      }
    } catch (error) {
      fail(describeCause(error));
    }
  }

  if (cache) void check(cache);

  return {
    /** Whether it failed lately and has not answered since, so that nobody waits for it. */
    isPaused,

    /** The answer, or `undefined`: it failed, was late, or is not asked at the moment. */
    async ask<T>(work: (cache: CacheService) => Promise<T>): Promise<T | undefined> {
      if (!cache || (isPaused() && unanswered >= maxUnanswered)) return undefined;
      try {
        const answer = await run(() => work(cache), timeoutMs);
        // What was slow for a moment is read again at once; the log is told later, after a check.
        pausedUntil = -Infinity;
        if (performance.now() >= nextCheck) void check(cache);
        return answer;
      } catch (error) {
        fail(describeCause(error));
        return undefined;
      }
    },
  };
}
