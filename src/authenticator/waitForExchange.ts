import { createSignInError, isSignInError } from '../errors';
import { createDeadline } from '../shared';
import type { Sleep } from '../shared';

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
