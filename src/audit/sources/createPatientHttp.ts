import { createBitbucketHttp } from '../../http';
import type { BitbucketHttp } from '../../http';
import type { Sleep } from '../../shared';

/** @internal */
export interface PatientHttpOptions {
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  readonly sleep?: Sleep;
  /** Milliseconds of one attempt. Default 30,000. */
  readonly attemptMs?: number;
}

/** A page of users is some hundred kilobytes, and its size is not in our hands. */
const maxBytes = 32 * 1024 * 1024;

/** As long as a rate limit of a busy server may ask one to wait, in milliseconds. */
const patienceMs = 15 * 60_000;

/**
 * The HTTP client of the sign-in with the patience of an audit: nobody waits in a browser, so that
 * a long `Retry-After` is waited for. A single attempt still has its own, short limit.
 *
 * @internal
 */
export function createPatientHttp(options: PatientHttpOptions = {}): BitbucketHttp {
  const { attemptMs = 30_000, sleep } = options;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return createBitbucketHttp({
    timeoutMs: patienceMs,
    maxBytes,
    retries: 8,
    sleep,
    async fetch(input, init) {
      const attempt = new AbortController();
      const end = (reason: unknown) => attempt.abort(reason);
      const timer = setTimeout(
        () => end(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
        attemptMs,
      );
      // The body is read after this function returns: the timer covers it, and must not keep the process.
      timer.unref();
      init?.signal?.addEventListener('abort', () => end(init.signal?.reason), { once: true });
      return await fetch(input, { ...init, signal: attempt.signal });
    },
  });
}
