/** Latencies of one contestant in one case, in milliseconds. */
export interface Measurement {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  /** Requests to the catalog, for each operation. */
  readonly requests: number;
}

/** Makes a measurement of single latencies; `perSecond` is what one caller after another gets. */
export function summarize(latencies: readonly number[], requests: number): Measurement {
  const sorted = [...latencies].sort((a, b) => a - b);
  const total = sorted.reduce((sum, each) => sum + each, 0);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return {
    p50: at(0.5),
    p99: at(0.99),
    perSecond: (1000 * sorted.length) / total,
    requests: requests / sorted.length,
  };
}

/** Times operations that are too short for a clock each: blocks of them, one after another. */
export async function timeInBlocks(
  operation: (index: number) => Promise<unknown>,
  options: {
    readonly blocks: number;
    readonly perBlock: number;
    /** Requests since it was last asked. Default: what is timed makes none. */
    readonly requests?: () => number;
  },
): Promise<Measurement> {
  const latencies: number[] = [];
  options.requests?.();
  for (let block = 0; block < options.blocks; block += 1) {
    const started = performance.now();
    for (let index = 0; index < options.perBlock; index += 1) await operation(index);
    latencies.push((performance.now() - started) / options.perBlock);
  }
  return summarize(latencies, (options.requests?.() ?? 0) / options.perBlock);
}

export async function timeOne(operation: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await operation();
  return performance.now() - started;
}
