import { createDeadline } from './deadline';
import type { Sleep } from './deadline';

/** Does so many pieces of work at a time; the rest waits its turn. */
export interface Queue {
  /**
   * Does the work when there is room. Whoever gives up, or has waited for too long, leaves the queue
   * without having done any work.
   *
   * @throws `Error` named `QueueFullError` when too many wait already, `TimeoutError` or `AbortError`
   * when the turn did not come in time
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Number of those who wait. */
  readonly waiting: number;
}

export interface QueueOptions {
  readonly concurrency: number;
  readonly maxWaiting: number;
  /** Longest time that somebody waits for a turn, in milliseconds. */
  readonly timeoutMs: number;
  /** Default: a timer. */
  readonly sleep?: Sleep;
  /** Told when somebody joins or leaves those who wait. */
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
      // Nobody handed the turn over: it is still in the set. Otherwise it has to be passed on.
      if (!turns.delete(begin)) leave();
      throw error;
    } finally {
      onWaiting?.(-1);
      deadline.close();
    }
  }

  /** Hands the place of finished work to whoever has waited longest. */
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
