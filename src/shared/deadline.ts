/** A timer that fires later than this, in milliseconds, was delayed by a blocked event loop. */
const lateMs = 20;
/** How much longer a late timer waits, in milliseconds. */
const graceMs = 75;

/**
 * Resolves after the given milliseconds, or as soon as the signal fires. If the event loop was
 * blocked, it waits a moment longer: the answer may have arrived meanwhile and be next in the queue.
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const dueAt = performance.now() + ms;
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    let timer = setTimeout(() => {
      if (performance.now() - dueAt < lateMs) done();
      else timer = setTimeout(done, Math.min(ms, graceMs));
    }, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** The clock of sessions and calls. Tests replace it. */
export const clock = {
  /** Milliseconds since the epoch. */
  now: (): number => Date.now(),
  sleep,
};

interface DeadlineOptions {
  readonly timeoutMs: number;
  /** Signal of the caller, who may give up earlier. */
  readonly signal?: AbortSignal;
  /** Default: `clock.sleep`. */
  readonly sleep?: typeof sleep;
}

export interface Deadline {
  /** Fires at the end of the time, or when the caller gives up. */
  readonly signal: AbortSignal;
  /** Resolves as the work does, or rejects at the deadline. For work that ignores the signal. */
  readonly race: <T>(work: Promise<T>) => Promise<T>;
  /** Stops the timer. Must be called. */
  readonly close: () => void;
}

/**
 * The one time-out of the library: a signal that fires at the end of the time or with the signal of
 * the caller, whichever comes first. Its reason is an error named `TimeoutError` or `AbortError`.
 * `AbortSignal.timeout` can neither be stopped nor be given another clock.
 */
export function createDeadline(options: DeadlineOptions): Deadline {
  const { timeoutMs, signal: outer, sleep: wait = clock.sleep } = options;
  const controller = new AbortController();
  const closed = new AbortController();
  const { signal } = controller;
  let expire!: (reason: Error) => void;
  // Not with a listener of the signal: `fetch` keeps the signal alive for two garbage collections, and
  // the listener would keep alive all work that was raced, with its results.
  const expired = new Promise<never>((_, reject) => {
    expire = reject;
  });
  const end = (reason: DOMException) => {
    if (signal.aborted || closed.signal.aborted) return;
    expire(reason);
    controller.abort(reason);
  };
  const onAbort = () => end(new DOMException('the caller gave up', 'AbortError'));
  // If nothing is being raced, this must not be an unhandled rejection.
  expired.catch(() => undefined);

  if (outer?.aborted) onAbort();
  else outer?.addEventListener('abort', onAbort, { once: true });
  if (!signal.aborted) {
    void wait(timeoutMs, closed.signal).then(() =>
      end(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')),
    );
  }

  return {
    signal,
    // `Promise.race` also handles a late failure of the work, so it is not an unhandled rejection.
    race: work => Promise.race([work, expired]),
    close() {
      closed.abort();
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

/** Whether the time of a deadline has ended before its caller gave up. */
export function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as Error).name === 'TimeoutError';
}

/**
 * Does work within a time limit. The work gets a signal that fires at the end of the time; if the
 * work ignores the signal, its result is dropped.
 *
 * @throws `Error` named `TimeoutError` at the end of the time, `AbortError` when the caller gives up;
 * whatever the work throws
 */
export async function withTimeout<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: DeadlineOptions,
): Promise<T> {
  const deadline = createDeadline(options);
  try {
    deadline.signal.throwIfAborted();
    return await deadline.race(work(deadline.signal));
  } finally {
    deadline.close();
  }
}
