/** Those who wait for one piece of shared work. */
export interface Audience {
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
export function createAudience(): Audience {
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
