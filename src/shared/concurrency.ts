import { withTimeout } from './deadline';
import { instruments } from './telemetry';

interface QueueOptions {
  /** How much work runs at a time. */
  readonly concurrency: number;
  readonly maxWaiting: number;
  /** Longest time in the queue, in milliseconds. */
  readonly timeoutMs: number;
  /** Its name in the metric of waiting callers. */
  readonly name: 'catalog' | 'token_endpoint';
}

/**
 * Makes the function that does work as soon as fewer than `concurrency` are running. A caller that gives
 * up or waits longer than `timeoutMs` leaves the queue, and its work never starts.
 *
 * The function throws an `Error` named `QueueFullError` when `maxWaiting` callers are waiting already,
 * and `TimeoutError` or `AbortError` for a caller that left the queue.
 */
export function createQueue(options: QueueOptions) {
  const { concurrency, maxWaiting, timeoutMs, name } = options;
  const attributes = { 'bitbucket_server.queue': name };
  const turns = new Set<() => void>();
  let running = 0;

  async function waitForTurn(signal: AbortSignal | undefined): Promise<void> {
    if (turns.size >= maxWaiting) {
      const error = new Error(`${maxWaiting} callers are waiting already`);
      error.name = 'QueueFullError';
      throw error;
    }
    let begin!: () => void;
    const turn = new Promise<void>(resolve => {
      begin = resolve;
    });
    turns.add(begin);
    instruments().queueLength.add(1, attributes);
    try {
      await withTimeout(() => turn, { timeoutMs, signal });
    } catch (error) {
      // If it is no longer in the set, it got its turn at the same moment, and must pass it on.
      if (!turns.delete(begin)) leave();
      throw error;
    } finally {
      instruments().queueLength.add(-1, attributes);
    }
  }

  /** Gives the place of finished work to the caller that has waited longest. */
  function leave(): void {
    const [next] = turns;
    if (next) {
      turns.delete(next);
      next();
    } else {
      running -= 1;
    }
  }

  return async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    if (running < concurrency) running += 1;
    else await waitForTurn(signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

interface SharedWork<T> {
  readonly work: Promise<T>;
  readonly controller: AbortController;
  /** Callers who have not left. */
  present: number;
}

/** Shares one piece of work among all callers with the same key, until it ends. */
export function createInFlight<T>() {
  const underWay = new Map<string, SharedWork<T>>();

  function begin(key: string, start: (signal: AbortSignal) => Promise<T>): SharedWork<T> {
    const controller = new AbortController();
    const begun = { work: start(controller.signal), controller, present: 0 };
    underWay.set(key, begun);
    const end = () => {
      // Work that was given up must not remove the work that replaced it.
      if (underWay.get(key) === begun) underWay.delete(key);
    };
    begun.work.then(end, end);
    return begun;
  }

  return {
    /**
     * Joins the work under way for the key, or starts it. Each caller can leave with its own `signal`;
     * the signal of the work fires when the last caller has left.
     */
    share(
      key: string,
      start: (signal: AbortSignal) => Promise<T>,
      signal?: AbortSignal,
    ): Promise<T> {
      const known = underWay.get(key);
      const shared = known && !known.controller.signal.aborted ? known : begin(key, start);
      shared.present += 1;
      const leave = () => {
        shared.present -= 1;
        if (shared.present === 0) shared.controller.abort();
      };
      if (signal?.aborted) leave();
      else signal?.addEventListener('abort', leave, { once: true });
      return shared.work;
    },
    get: (key: string) => underWay.get(key)?.work,
  };
}
