import type { IncomingMessage, ServerResponse } from 'node:http';

/** An Express request, which has its response; other callers may have none. */
export type RequestWithResponse = IncomingMessage & { readonly res?: ServerResponse };

/**
 * A signal that fires when the browser goes away before it has its answer. Without a response to
 * watch, `undefined`.
 */
export function createRequestSignal(request: RequestWithResponse): AbortSignal | undefined {
  const response = request.res;
  // A caller without a real response, such as a test with a mock, gets no signal.
  if (typeof response?.once !== 'function') return undefined;
  const controller = new AbortController();
  if (response.destroyed && !response.writableFinished) controller.abort();
  // The request closes as soon as it is read, so the response must be watched.
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/**
 * Calls back when the browser has got its whole answer, and the answer sets a cookie to this value.
 * Backstage leaves the cookie out when something after the refresh fails.
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
