import { createSignInError } from '../errors';
import { createDeadline } from '../shared';
import type { Sleep } from '../shared';

export interface WaitInTimeOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
}

/**
 * Waits for work for as long as somebody wants to wait, and leaves the work alone when nobody does.
 *
 * @throws SignInError `BITBUCKET_TIMEOUT`, `REQUEST_ABORTED`
 * @internal
 */
export async function waitInTime<T>(work: Promise<T>, options: WaitInTimeOptions): Promise<T> {
  const deadline = createDeadline(options);
  try {
    return await deadline.race(work);
  } catch (error) {
    const reason = deadline.ended();
    if (reason === undefined) throw error;
    throw createSignInError(reason === 'timeout' ? 'BITBUCKET_TIMEOUT' : 'REQUEST_ABORTED', {
      phase: 'token',
      detail: `The exchange of a refresh token took longer than ${reason === 'timeout' ? `${options.timeoutMs} ms` : 'its browser waited'}; it goes on, and the next refresh gets its answer`,
    });
  } finally {
    deadline.close();
  }
}
