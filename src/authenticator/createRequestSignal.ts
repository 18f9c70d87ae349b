import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A signal that fires when the browser goes away before it has its answer. Without a response to
 * watch, `undefined`.
 *
 * @internal
 */
export function createRequestSignal(
  // Express puts the response there.
  request: IncomingMessage & { readonly res?: ServerResponse },
): AbortSignal | undefined {
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
