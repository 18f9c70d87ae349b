import { randomUUID } from 'node:crypto';
import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import { createIncident, describeCause, sleep, withTimeout } from '../shared';

/** Time limit of one cache operation, in milliseconds. */
const timeoutMs = 75;
/**
 * How long requests do not wait for a cache that failed, in milliseconds, so that not each of them
 * pays for its time-out. It ends earlier when the cache answers.
 */
const pauseMs = 5_000;
/** Operations under way while the cache is failing. The client of a dead one may queue them for ever. */
const maxUnanswered = 100;
/** How often a cache that seems to work is checked, in milliseconds. */
const checkEveryMs = 60_000;
/** Time limit of one operation of a check, in milliseconds. Longer, because the first one connects. */
const checkTimeoutMs = 2_000;
/** When a check reads back what it wrote, in milliseconds. A read replica of the store may lag. */
const checkLooksMs = [0, 500];

/**
 * The cache that replicas share, with a deadline, and a pause after a failure. Never throws.
 *
 * Backstage's stores answer "not found" when their server refuses them (wrong password, out of memory,
 * read-only replica), so an answer does not prove that the cache works. Every minute, and before an
 * outage is reported as over, a check writes a value and reads it back.
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
    // `async`, so that a cache that throws synchronously is handled as well.
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
    /** Whether it failed recently and has not answered since. Requests should then not wait for it. */
    isPaused,

    /** The answer, or `undefined` when it failed, was late, or was not asked. */
    async ask<T>(work: (cache: CacheService) => Promise<T>): Promise<T | undefined> {
      if (!cache || (isPaused() && unanswered >= maxUnanswered)) return undefined;
      try {
        const answer = await run(() => work(cache), timeoutMs);
        // Use it again at once. Whether the outage is over is for the next check to say.
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
