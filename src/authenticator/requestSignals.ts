import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSignInError, isSignInError } from '../errors';
import { createDeadline } from '../shared';
import type { Sleep } from '../shared';

/** Those who wait for one piece of shared work. */
export interface SharedAbort {
  /** Fires when everybody has left. */
  readonly signal: AbortSignal;
  /** Somebody without a signal never leaves. */
  readonly join: (signal: AbortSignal | undefined) => void;
}

/**
 * Joins the signals of many browsers: shared work ends only when the last of them has gone.
 *
 * @internal
 */
export function createSharedAbort(): SharedAbort {
  const controller = new AbortController();
  let present = 0;
  return {
    signal: controller.signal,
    join(signal) {
      present += 1;
      const leave = () => {
        present -= 1;
        if (present === 0) controller.abort();
      };
      if (signal?.aborted) leave();
      else signal?.addEventListener('abort', leave, { once: true });
    },
  };
}

export interface ExchangePatience {
  /** Of the browser that waits. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly sleep: Sleep;
}

/**
 * Waits for an exchange for as long as a browser waits. The exchange itself goes on.
 *
 * @throws SignInError `BITBUCKET_TIMEOUT` or `REQUEST_ABORTED`; whatever the exchange throws
 * @internal
 */
export async function waitForExchange<T>(work: Promise<T>, patience: ExchangePatience): Promise<T> {
  const deadline = createDeadline(patience);
  try {
    return await deadline.race(work);
  } catch (error) {
    const reason = deadline.ended();
    if (reason === undefined || isSignInError(error)) throw error;
    const limit = reason === 'timeout' ? `${patience.timeoutMs} ms` : 'its browser waited';
    throw createSignInError(reason === 'timeout' ? 'BITBUCKET_TIMEOUT' : 'REQUEST_ABORTED', {
      phase: 'token',
      detail: `The exchange of a refresh token took longer than ${limit}; it goes on, and the next refresh gets its answer`,
    });
  } finally {
    deadline.close();
  }
}

/** An Express request, which has its response; callers that are no web server have none. */
export type RequestWithResponse = IncomingMessage & { readonly res?: ServerResponse };

/**
 * A signal that fires when the browser goes away before it has its answer. Without a response to
 * watch, `undefined`.
 *
 * @internal
 */
export function createRequestSignal(request: RequestWithResponse): AbortSignal | undefined {
  const response = request.res;
  // A caller that has no real response, such as a test of somebody else, gets no signal.
  if (typeof response?.once !== 'function') return undefined;
  const controller = new AbortController();
  if (response.destroyed && !response.writableFinished) controller.abort();
  // The request closes as soon as it is read, so only the response tells.
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/**
 * Calls back when the browser has got its whole answer, and the answer sets a cookie to this value.
 * Backstage leaves the cookie out when something after the refresh fails.
 *
 * @internal
 */
export function onCookieDelivered(
  request: RequestWithResponse,
  value: string | undefined,
  delivered: () => void,
): void {
  const response = request.res;
  if (value === undefined || typeof response?.once !== 'function') return;
  response.once('finish', () => {
    const cookies = [response.getHeader('set-cookie') ?? []].flat().map(String);
    if (cookies.some(cookie => cookie.includes(encodeURIComponent(value)))) delivered();
  });
}
