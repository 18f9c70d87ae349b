import type { Measurement } from './measure';

/** One line of the table. */
export interface BenchResult {
  readonly name: string;
  readonly ours: Measurement;
  readonly upstream?: Measurement;
  /** A bare cache hit, or a bare request of the same answer. */
  readonly floor?: Measurement;
  /** What was promised, and whether it holds; `undefined` where nothing was. */
  readonly target?: { readonly text: string; readonly actual: string; readonly met: boolean };
}

/** Ours against something else, in time: 0.5 is half of it. */
export function timeRatio(ours: Measurement, other: Measurement): number {
  return ours.p50 / other.p50;
}
