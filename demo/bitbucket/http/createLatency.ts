/** How long answers take on their way. */
export interface Latency {
  readonly milliseconds: number;
  /** Throws a RangeError when it is negative or no finite number. */
  set(milliseconds: number): void;
}

/** Starts with `initial`, in milliseconds. */
export function createLatency(initial = 0): Latency {
  let current = 0;
  const latency: Latency = {
    get milliseconds() {
      return current;
    },
    set(milliseconds) {
      if (!Number.isFinite(milliseconds) || milliseconds < 0) {
        throw new RangeError(`latencyMs must be zero or a positive number, got ${milliseconds}`);
      }
      current = milliseconds;
    },
  };
  latency.set(initial);
  return latency;
}
