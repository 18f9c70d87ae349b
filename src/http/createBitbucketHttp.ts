import { createSignInError } from '../errors';
import type { BitbucketHttp, JsonAnswer } from './BitbucketHttp';
import { createDeadline } from './createDeadline';
import { performAttempt } from './performAttempt';
import type { Attempt, AttemptRequest } from './performAttempt';
import { retryDelay } from './retryDelay';
import { sleep as defaultSleep } from './sleep';
import type { Sleep } from './sleep';

/** @public */
export interface BitbucketHttpOptions {
  /** Default: the global one, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds for a whole call: headers, body and retries. Default 10,000. */
  readonly timeoutMs?: number;
  /** Largest body that is read. Default 1,048,576. */
  readonly maxBytes?: number;
  /** Further attempts of a GET whose failure may pass. Default 2. */
  readonly retries?: number;
  /** For the jitter, in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Waits; ends early without an error when its signal fires. Default: a timer. */
  readonly sleep?: Sleep;
}

type Call = Pick<AttemptRequest, 'method' | 'url' | 'headers' | 'body' | 'secrets' | 'step'> & {
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
  readonly retries: number;
};

/**
 * Makes the client through which every call to Bitbucket Server goes.
 *
 * @public
 */
export function createBitbucketHttp(options: BitbucketHttpOptions = {}): BitbucketHttp {
  const { timeoutMs = 10_000, maxBytes = 1024 * 1024, retries = 2 } = options;
  const { random = Math.random, now = Date.now, sleep = defaultSleep } = options;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  async function perform(call: Call): Promise<JsonAnswer> {
    const end = now() + call.timeoutMs;
    const deadline = createDeadline({ timeoutMs: call.timeoutMs, signal: call.signal, sleep });
    const { signal: _signal, retries: maxRetries, ...request } = call;
    try {
      for (let attempt = 0; ; attempt += 1) {
        const outcome: Attempt = await performAttempt({
          ...request,
          fetch,
          maxBytes,
          deadline,
          now,
        });
        if ('answer' in outcome) return outcome.answer;
        if (!outcome.retry || attempt >= maxRetries) throw outcome.error;
        const delay = retryDelay(attempt, outcome.retryAfterMs, random);
        // A wait that would outlast the call only delays the same answer.
        if (now() + delay >= end) throw outcome.error;
        await sleep(delay, deadline.signal);
        if (deadline.ended() === 'aborted') {
          throw createSignInError('REQUEST_ABORTED', {
            step: call.step,
            detail: `The caller gave up while waiting to retry after: ${outcome.error.detail}`,
          });
        }
        if (deadline.ended() === 'timeout') throw outcome.error;
      }
    } finally {
      deadline.close();
    }
  }

  return {
    getJson(url, { accessToken, authorization, signal, step = 'profile' } = {}) {
      const credentials = authorization ?? (accessToken && `Bearer ${accessToken}`);
      return perform({
        method: 'GET',
        url,
        headers: {
          accept: 'application/json',
          ...(credentials ? { authorization: credentials } : {}),
        },
        secrets: secretsOfAuthorization(credentials),
        step,
        signal,
        timeoutMs,
        retries,
      });
    },

    postForm(url, fields, { signal, step = 'token', timeoutMs: callTimeoutMs = timeoutMs } = {}) {
      return perform({
        method: 'POST',
        url,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(fields).toString(),
        secrets: secretFields.flatMap(name => fields[name] ?? []),
        step,
        signal,
        timeoutMs: callTimeoutMs,
        retries: 0,
      });
    },
  };
}

/** Servers echo the token or the password, not the header. */
function secretsOfAuthorization(authorization = ''): string[] {
  const [scheme, credentials] = authorization.split(' ');
  if (!credentials) return [];
  if (scheme?.toLowerCase() !== 'basic') return [credentials];
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  return [credentials, decoded.slice(decoded.indexOf(':') + 1)];
}

const secretFields = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
