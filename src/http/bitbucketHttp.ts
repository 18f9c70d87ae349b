import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { SpanKind } from '@opentelemetry/api';
import { createSignInError } from '../errors';
import type { SignInErrorPhase } from '../errors';
import { createDeadline, errorType, instruments, sleep as defaultSleep, withSpan } from '../shared';
import type { Sleep } from '../shared';
import { performAttempt, retryDelay } from './attempt';
import type { Attempt, AttemptRequest, JsonAnswer } from './attempt';

/**
 * What a call is for, in metrics and traces.
 *
 * @public
 */
export type BitbucketOperation =
  | 'exchange_code'
  | 'exchange_refresh_token'
  | 'who_am_i'
  | 'read_user'
  | 'find_users'
  | 'find_directory'
  | 'other';

/**
 * Options of a GET request to Bitbucket Server.
 *
 * @public
 */
export interface GetJsonOptions {
  /** Sent as `Authorization: Bearer`. Give this or `authorization`. */
  readonly accessToken?: string;
  /** The whole value of the `Authorization` header. */
  readonly authorization?: string;
  /** Ends the call with `REQUEST_ABORTED`. */
  readonly signal?: AbortSignal;
  /** What the call is for, in metrics and traces. Default `other`. */
  readonly operation?: BitbucketOperation;
  /** Where in the sign-in an error of this call arises. Default `profile`. */
  readonly phase?: SignInErrorPhase;
}

/**
 * Options of a POST request to Bitbucket Server.
 *
 * @public
 */
export interface PostFormOptions {
  /** Ends the call with `REQUEST_ABORTED`. */
  readonly signal?: AbortSignal;
  /** What the call is for, in metrics and traces. Default `other`. */
  readonly operation?: BitbucketOperation;
  /** Default `token`. */
  readonly phase?: SignInErrorPhase;
  /** How long this call may take. Default: as the client says. */
  readonly timeout?: HumanDuration;
}

/**
 * The only way in which this package talks to Bitbucket Server.
 *
 * Every call has a time limit that covers headers, body and retries, a size limit, no redirects, and
 * throws nothing but a {@link SignInError}.
 *
 * @public
 */
export interface BitbucketHttp {
  /**
   * Resolves only for a 2xx status with a JSON body. Retries temporary failures: network, 429, 502,
   * 503, 504.
   */
  getJson(url: string, options?: GetJsonOptions): Promise<JsonAnswer>;
  /**
   * Never retried. Client errors (4xx but 404 and 429) are answered instead of thrown, because OAuth
   * puts its error codes there.
   */
  postForm(
    url: string,
    fields: Readonly<Record<string, string>>,
    options?: PostFormOptions,
  ): Promise<JsonAnswer>;
}

/**
 * Options of {@link createBitbucketHttp}. All of them are optional.
 *
 * @public
 */
export interface BitbucketHttpOptions {
  /** Default: the global one, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch;
  /** How long a whole call may take: headers, body and retries. Default ten seconds. */
  readonly timeout?: HumanDuration;
  /** Largest body that is read. Default 1,048,576. */
  readonly maxBytes?: number;
  /** Number of retries of a GET after a temporary failure. Default 2. */
  readonly retries?: number;
  /** For the jitter, in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Waits; ends early without an error when its signal fires. Default: a timer. */
  readonly sleep?: Sleep;
}

type Call = Pick<AttemptRequest, 'method' | 'url' | 'headers' | 'body' | 'secrets' | 'phase'> & {
  readonly operation: BitbucketOperation;
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
  const { timeout = { seconds: 10 }, maxBytes = 1024 * 1024, retries = 2 } = options;
  const { random = Math.random, now = Date.now, sleep = defaultSleep } = options;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  /** Sends it, and again what may pass; counts the attempts in its argument. */
  async function send(call: Call, sent: { attempts: number; status?: number }) {
    const end = now() + call.timeoutMs;
    const deadline = createDeadline({ timeoutMs: call.timeoutMs, signal: call.signal, sleep });
    const { signal: _signal, retries: maxRetries, operation: _operation, ...request } = call;
    try {
      for (let attempt = 0; ; attempt += 1) {
        const outcome: Attempt = await performAttempt({
          ...request,
          fetch,
          maxBytes,
          deadline,
          now,
        });
        sent.attempts += 1;
        sent.status = outcome.status;
        if ('answer' in outcome) return outcome.answer;
        if (!outcome.retry || attempt >= maxRetries) throw outcome.error;
        const delay = retryDelay(attempt, outcome.retryAfterMs, random);
        // Waiting longer than the call may take would only delay the same error.
        if (now() + delay >= end) throw outcome.error;
        await sleep(delay, deadline.signal);
        if (deadline.ended() === 'aborted') {
          throw createSignInError('REQUEST_ABORTED', {
            phase: call.phase,
            detail: `The caller gave up while waiting to retry after: ${outcome.error.detail}`,
          });
        }
        if (deadline.ended() === 'timeout') throw outcome.error;
      }
    } finally {
      deadline.close();
    }
  }

  function perform(call: Call): Promise<JsonAnswer> {
    const attributes = {
      'bitbucket_server.operation': call.operation,
      'server.address': new URL(call.url).hostname,
    };
    const options = {
      kind: SpanKind.CLIENT,
      attributes: { ...attributes, 'http.request.method': call.method },
    };
    return withSpan(`bitbucket_server.${call.operation}`, options, async span => {
      const startedAt = performance.now();
      const sent: { attempts: number; status?: number } = { attempts: 0 };
      let error: unknown;
      try {
        return await send(call, sent);
      } catch (cause) {
        error = cause;
        throw cause;
      } finally {
        const { attempts, status } = sent;
        instruments().clientDuration.record((performance.now() - startedAt) / 1_000, {
          ...attributes,
          'bitbucket_server.status_class': status ? `${Math.floor(status / 100)}xx` : 'none',
          ...(error === undefined ? {} : { 'error.type': errorType(error) }),
        });
        if (status) span.setAttribute('http.response.status_code', status);
        if (attempts > 1) span.setAttribute('http.request.resend_count', attempts - 1);
      }
    });
  }

  return {
    getJson(url, options = {}) {
      const {
        accessToken,
        authorization,
        signal,
        phase = 'profile',
        operation = 'other',
      } = options;
      const credentials = authorization ?? (accessToken && `Bearer ${accessToken}`);
      return perform({
        method: 'GET',
        url,
        headers: {
          accept: 'application/json',
          ...(credentials ? { authorization: credentials } : {}),
        },
        secrets: secretsOfAuthorization(credentials),
        phase,
        operation,
        signal,
        timeoutMs: durationToMilliseconds(timeout),
        retries,
      });
    },

    postForm(url, fields, options = {}) {
      const { signal, phase = 'token', operation = 'other' } = options;
      return perform({
        method: 'POST',
        url,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(fields).toString(),
        secrets: secretFields.flatMap(name => fields[name] ?? []),
        phase,
        operation,
        signal,
        timeoutMs: durationToMilliseconds(options.timeout ?? timeout),
        retries: 0,
      });
    },
  };
}

/** Servers may echo the token or the password, not the whole header. */
function secretsOfAuthorization(authorization = ''): string[] {
  const [scheme, credentials] = authorization.split(' ');
  if (!credentials) return [];
  if (scheme?.toLowerCase() !== 'basic') return [credentials];
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  return [credentials, decoded.slice(decoded.indexOf(':') + 1)];
}

const secretFields = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
