import { createDeadline } from './deadline';
import type { Sleep } from './deadline';

/** Limits how much work runs at a time. The rest waits. */
export interface Queue {
  /**
   * Does the work when there is room. A caller that gives up or has waited too long leaves the
   * queue without starting its work.
   *
   * @throws `Error` named `QueueFullError` when too many wait already, `TimeoutError` or `AbortError`
   * when the turn did not come in time
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Number of waiting callers. */
  readonly waiting: number;
}

export interface QueueOptions {
  readonly concurrency: number;
  readonly maxWaiting: number;
  /** Longest time in the queue, in milliseconds. */
  readonly timeoutMs: number;
  /** Default: a timer. */
  readonly sleep?: Sleep;
  /** Called when the number of waiting callers changes. */
  readonly onWaiting?: (change: 1 | -1) => void;
}

/** @internal */
export function createQueue(options: QueueOptions): Queue {
  const { concurrency, maxWaiting, timeoutMs, sleep, onWaiting } = options;
  const turns = new Set<() => void>();
  let running = 0;

  async function waitForTurn(signal: AbortSignal | undefined): Promise<void> {
    if (turns.size >= maxWaiting) {
      const error = new Error(`${maxWaiting} wait already`);
      error.name = 'QueueFullError';
      throw error;
    }
    const deadline = createDeadline({ timeoutMs, signal, sleep });
    let begin!: () => void;
    const turn = new Promise<void>(resolve => {
      begin = resolve;
    });
    turns.add(begin);
    onWaiting?.(1);
    try {
      await deadline.race(turn);
    } catch (error) {
      // If it is still in the set, no turn was handed to it. Otherwise the turn has to be passed
      // on.
      if (!turns.delete(begin)) leave();
      throw error;
    } finally {
      onWaiting?.(-1);
      deadline.close();
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

  return {
    async run(work, signal) {
      if (running < concurrency) running += 1;
      else await waitForTurn(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    get waiting() {
      return turns.size;
    },
  };
}
