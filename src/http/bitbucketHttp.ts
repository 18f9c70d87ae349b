import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { SpanKind } from '@opentelemetry/api';
import { SignInError } from '../errors';
import { clock, createDeadline, errorType, instruments, isTimeout, withSpan } from '../shared';
import { performAttempt, phaseOf, retryDelay } from './attempt';
import type { Call, JsonAnswer } from './attempt';

/**
 * The HTTP client through which this package makes every call to Bitbucket Server.
 *
 * A call has a time limit that covers headers, body and retries, and a size limit. It follows no
 * redirects, and throws only {@link SignInError}.
 *
 * @public
 */
export interface BitbucketHttp {
  /**
   * Resolves only for a 2xx status with a JSON body. Retries temporary failures: network, 408, 425,
   * 429, 502, 503, 504.
   */
  getJson(
    url: string,
    options?: {
      /** Sent as `Authorization: Bearer`. Give this or `authorization`. */
      readonly accessToken?: string;
      /** The whole value of the `Authorization` header. */
      readonly authorization?: string;
      /** Ends the call with `REQUEST_ABORTED`. */
      readonly signal?: AbortSignal;
      /** What the call is for, in metrics and traces. Default `other`. */
      readonly operation?: 'who_am_i' | 'read_user' | 'find_users' | 'find_directory';
    },
  ): Promise<JsonAnswer>;
  /**
   * Never retried. Client errors (4xx except 404, 408, 425 and 429) are returned and not thrown,
   * because OAuth error codes come with them.
   */
  postForm(
    url: string,
    fields: Readonly<Record<string, string>>,
    options?: {
      /** Ends the call with `REQUEST_ABORTED`. */
      readonly signal?: AbortSignal;
      /** What the call is for, in metrics and traces. Default `other`. */
      readonly operation?: 'exchange_code' | 'exchange_refresh_token';
      /** Time limit of this call. Default: that of the client. */
      readonly timeout?: HumanDuration;
    },
  ): Promise<JsonAnswer>;
}

export type GetJsonOptions = NonNullable<Parameters<BitbucketHttp['getJson']>[1]>;

/** A call with its limits. */
interface Task extends Call {
  readonly operation?: string;
  readonly signal?: AbortSignal;
  readonly timeout: HumanDuration;
  readonly retries: number;
}

/**
 * Makes the client through which every call to Bitbucket Server goes. All options are optional.
 *
 * @public
 */
export function createBitbucketHttp(
  options: {
    /** Default: the global `fetch`, looked up at each call. */
    readonly fetch?: typeof globalThis.fetch;
    /** Time limit of a whole call: headers, body and retries. Default ten seconds. */
    readonly timeout?: HumanDuration;
    /** Size limit of a body, in bytes. Default 1,048,576. */
    readonly maxBytes?: number;
    /** Number of retries of a GET after a temporary failure. Default 2. */
    readonly retries?: number;
  } = {},
): BitbucketHttp {
  const { timeout = { seconds: 10 }, maxBytes = 1024 * 1024, retries = 2 } = options;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  return {
    getJson(url, { accessToken, authorization, signal, operation } = {}) {
      const credentials = authorization ?? (accessToken && `Bearer ${accessToken}`);
      return perform({
        method: 'GET',
        url,
        headers: {
          accept: 'application/json',
          ...(credentials ? { authorization: credentials } : {}),
        },
        secrets: secretsOfAuthorization(credentials),
        operation,
        signal,
        timeout,
        retries,
        fetch,
        maxBytes,
      });
    },

    postForm(url, fields, { signal, operation, timeout: ownTimeout = timeout } = {}) {
      return perform({
        method: 'POST',
        url,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(fields).toString(),
        secrets: secretFields.flatMap(name => fields[name] ?? []),
        operation,
        signal,
        timeout: ownTimeout,
        retries: 0,
        fetch,
        maxBytes,
      });
    },
  };
}

/** Sends a task within a span, and records its duration. */
function perform(task: Task): Promise<JsonAnswer> {
  const { operation = 'other', method, url } = task;
  const attributes = {
    'bitbucket_server.operation': operation,
    'server.address': new URL(url).hostname,
  };
  const options = {
    kind: SpanKind.CLIENT,
    attributes: { ...attributes, 'http.request.method': method },
  };
  return withSpan(`bitbucket_server.${operation}`, options, async span => {
    const startedAt = performance.now();
    const sent: { attempts: number; status?: number } = { attempts: 0 };
    let error: unknown;
    try {
      return await send(task, sent);
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

/** Sends a task, and retries temporary failures. Counts the attempts in `sent`. */
async function send(task: Task, sent: { attempts: number; status?: number }): Promise<JsonAnswer> {
  const timeoutMs = durationToMilliseconds(task.timeout);
  const end = clock.now() + timeoutMs;
  const deadline = createDeadline({ timeoutMs, signal: task.signal });
  try {
    for (;;) {
      const outcome = await performAttempt(task, deadline);
      sent.attempts += 1;
      sent.status = outcome.status;
      if ('answer' in outcome) return outcome.answer;
      if (!outcome.retry || sent.attempts > task.retries) throw outcome.error;
      const delay = retryDelay(sent.attempts - 1, outcome.retryAfterMs);
      // Waiting longer than the call may take would only delay the same error.
      if (clock.now() + delay >= end) throw outcome.error;
      await clock.sleep(delay, deadline.signal);
      if (isTimeout(deadline.signal)) throw outcome.error;
      if (deadline.signal.aborted) {
        throw new SignInError('REQUEST_ABORTED', {
          phase: phaseOf(task),
          detail: `The request was cancelled while it waited for a retry after: ${outcome.error.detail}`,
        });
      }
    }
  } finally {
    deadline.close();
  }
}

/** The token or the password alone, because a server may echo that without the rest of the header. */
function secretsOfAuthorization(authorization = ''): string[] {
  const [scheme, credentials] = authorization.split(' ');
  if (!credentials) return [];
  if (scheme?.toLowerCase() !== 'basic') return [credentials];
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  return [credentials, decoded.slice(decoded.indexOf(':') + 1)];
}

const secretFields = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
