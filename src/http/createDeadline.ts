import type { Sleep } from './sleep';

/** Why a call has to end before its answer is there. */
export type EndReason = 'timeout' | 'aborted';

export interface Deadline {
  /** Fires at the end of the time or when the caller gives up. */
  readonly signal: AbortSignal;
  readonly ended: () => EndReason | undefined;
  /** Rejects when the signal fires, for work that does not heed a signal. */
  readonly expired: Promise<never>;
  /** Stops the clock. Must be called. */
  readonly close: () => void;
}

export interface DeadlineOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly sleep: Sleep;
}

/**
 * One clock for a whole call: headers, body and retries.
 *
 * `AbortSignal.timeout` and `AbortSignal.any` would do the same, but the first cannot be stopped or
 * replaced in a test and the second is younger than the oldest Node that this package supports.
 *
 * @internal
 */
export function createDeadline(options: DeadlineOptions): Deadline {
  const controller = new AbortController();
  const clock = new AbortController();
  let reason: EndReason | undefined;
  const end = (why: EndReason) => {
    if (reason !== undefined || clock.signal.aborted) return;
    reason = why;
    controller.abort();
  };
  const onAbort = () => end('aborted');
  const expired = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(new Error('The call was ended')));
  });
  // Nobody may be waiting for it at that moment; that is no unhandled rejection.
  expired.catch(() => undefined);

  if (options.signal?.aborted) end('aborted');
  else options.signal?.addEventListener('abort', onAbort, { once: true });
  if (reason === undefined) {
    options.sleep(options.timeoutMs, clock.signal).then(
      () => end('timeout'),
      () => end('timeout'),
    );
  }

  return {
    signal: controller.signal,
    ended: () => reason,
    expired,
    close: () => {
      clock.abort();
      options.signal?.removeEventListener('abort', onAbort);
    },
  };
}
