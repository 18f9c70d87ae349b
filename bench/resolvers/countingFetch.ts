/** A fetch that counts, and knows when nothing is under way any more. */
export interface CountingFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Requests since the last call. */
  take(): number;
  /** Resolves when no request is under way. */
  idle(): Promise<void>;
}

export function createCountingFetch(): CountingFetch {
  let count = 0;
  let underWay = 0;
  let wakers: (() => void)[] = [];

  function end(): void {
    underWay -= 1;
    if (underWay > 0) return;
    wakers.forEach(wake => wake());
    wakers = [];
  }

  return {
    async fetch(input, init) {
      count += 1;
      underWay += 1;
      try {
        // Read here: the answer is only over when its body is.
        const answer = await globalThis.fetch(input, init);
        const body = await answer.arrayBuffer();
        return new Response(body, answer);
      } finally {
        end();
      }
    },
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
    idle: () => (underWay === 0 ? Promise.resolve() : new Promise(wake => wakers.push(wake))),
  };
}
