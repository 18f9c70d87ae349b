import { SignInError } from '../errors';
import type { SignInErrorCode } from '../errors';
import { clock, isTimeout, redact } from '../shared';
import type { Deadline } from '../shared';
import {
  describeErrorBody,
  describeNetworkError,
  describeRedirect,
  isCompressionFault,
} from './describeFault';
import { discardBody, readBody } from './readBody';

/**
 * An answer whose body was read and parsed.
 *
 * @public
 */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Not validated. `undefined` only for a client error of `postForm` without a JSON body. */
  readonly json: unknown;
}

/** A request, and what is accepted as its answer. */
export interface Call {
  readonly fetch: typeof globalThis.fetch;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Values that must not appear in any error. */
  readonly secrets: readonly string[];
  readonly maxBytes: number;
}

type Attempt = { /** `undefined` when there was no answer. */ readonly status?: number } & (
  | { readonly answer: JsonAnswer }
  | {
      readonly error: SignInError;
      /** Whether the same request may succeed in a moment. */
      readonly retry: boolean;
      readonly retryAfterMs?: number;
    }
);

const maxErrorBodyBytes = 64 * 1024;
const retryableStatus = new Set([408, 425, 429, 502, 503, 504]);

/** Sends a request once. Checks the status before it reads the body, and the content type before parsing. */
export async function performAttempt(call: Call, deadline: Deadline): Promise<Attempt> {
  let response: Response | undefined;
  const { method, maxBytes, url, secrets } = call;
  const { origin, pathname } = new URL(url);
  const fail = (code: SignInErrorCode, what: string, retry = false): Attempt => ({
    error: new SignInError(code, {
      phase: phaseOf(call),
      detail: redact(`${method} ${origin}${pathname} ${what}`, secrets),
    }),
    retry,
    status: response?.status,
  });
  const failOnNetwork = (cause: unknown): Attempt => {
    const { signal } = deadline;
    if (isTimeout(signal)) return fail('BITBUCKET_TIMEOUT', 'did not finish in time');
    if (signal.aborted) return fail('REQUEST_ABORTED', 'was cancelled by its caller');
    return fail('BITBUCKET_UNREACHABLE', describeNetworkError(cause), true);
  };

  try {
    const sent = call.fetch(url, {
      method,
      headers: call.headers,
      body: call.body,
      redirect: 'manual',
      signal: deadline.signal,
    });
    response = await deadline.race(sent);
  } catch (error) {
    return failOnNetwork(error);
  }

  const { status, headers } = response;
  // OAuth errors are a 400 or 401 with a JSON body.
  const oauthError =
    method === 'POST' && status >= 400 && status < 500 && ![404, 408, 425, 429].includes(status);
  if (!response.ok && !oauthError) {
    const what =
      status < 400
        ? `was redirected with ${status} ${describeRedirect(headers.get('location'), url)}`
        : `answered ${status}${await readErrorBody(response, secrets, deadline)}`;
    discardBody(response);
    return {
      ...fail(codeOfStatus(status), what, retryableStatus.has(status)),
      retryAfterMs: readRetryAfter(headers.get('retry-after')),
    };
  }

  // The answer to a POST may be the only copy of a session's tokens. So it is used if it can be parsed
  // at all, even if its content type or encoding is wrong.
  const mayHoldTokens = method === 'POST';
  const contentType = headers.get('content-type') ?? '';
  const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType);
  const kind = /^[\w.+-]+\/[\w.+-]+/.exec(contentType)?.[0] ?? 'no content type';
  const notJson = `answered ${status} with ${kind} instead of JSON`;
  if (!isJson && !mayHoldTokens) {
    discardBody(response);
    return fail('BITBUCKET_RESPONSE_INVALID', notJson);
  }
  const body = await readBody(response, maxBytes, deadline, mayHoldTokens);
  const json = 'text' in body ? parseJson(body.text) : undefined;
  if (oauthError || json !== undefined) {
    return { answer: { status, headers, json }, status };
  }
  switch (body.fault) {
    case 'too-large':
      return fail('BITBUCKET_RESPONSE_TOO_LARGE', `answered with more than ${maxBytes} bytes`);
    case 'not-utf-8':
      return fail('BITBUCKET_RESPONSE_INVALID', `answered ${status} with invalid UTF-8`);
    case 'broken':
      return isCompressionFault(body.cause)
        ? fail(
            'BITBUCKET_RESPONSE_INVALID',
            `answered ${status} with a body that cannot be decompressed`,
            true,
          )
        : failOnNetwork(body.cause);
    case undefined:
      return fail(
        'BITBUCKET_RESPONSE_INVALID',
        isJson ? `answered ${status} with invalid JSON` : notJson,
      );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The phase of the sign-in that a call belongs to. */
export function phaseOf({ method }: Call): SignInError['phase'] {
  return method === 'POST' ? 'token' : 'profile';
}

async function readErrorBody(
  response: Response,
  secrets: readonly string[],
  deadline: Deadline,
): Promise<string> {
  const body = await readBody(response, maxErrorBodyBytes, deadline);
  // Not an error of its own: the status decides, and the body only adds details.
  if (body.fault === 'broken') return ' (its body could not be read)';
  return 'text' in body ? describeErrorBody(parseJson(redact(body.text, secrets))) : '';
}

function codeOfStatus(status: number): SignInErrorCode {
  if (status >= 300 && status < 400) return 'BITBUCKET_REDIRECTED';
  if (status === 401 || status === 403) return 'BITBUCKET_REFUSED';
  if (status === 404) return 'BITBUCKET_NOT_FOUND';
  if (status === 429) return 'BITBUCKET_RATE_LIMITED';
  if (status >= 500 || status === 408 || status === 425) return 'BITBUCKET_UNAVAILABLE';
  return 'BITBUCKET_RESPONSE_INVALID';
}

/**
 * Milliseconds that a `Retry-After` header asks for: seconds or an HTTP date. `undefined` when the
 * header is missing or says neither.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
function readRetryAfter(header: string | null): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}

const baseDelayMs = 200;
const maxDelayMs = 2_000;

/**
 * Milliseconds to wait before the next attempt: what the server asks for, or else an exponential
 * backoff with full jitter, so that many backends do not retry at the same moment.
 */
export function retryDelay(attempt: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  return Math.ceil(Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** attempt));
}
