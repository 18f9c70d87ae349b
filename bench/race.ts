/** Median and quartiles of what was measured in several rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What one contestant took in one round, for each operation. */
export type Sample<Unit extends string> = Readonly<Record<Unit, number>>;

/** Ours and upstream's in all rounds, and the ratios of the rounds: 0.5 is half of upstream's. */
export type Comparison<Unit extends string> = Readonly<
  Record<Unit, { readonly ours: Spread; readonly upstream: Spread; readonly ratio: Spread }>
>;

export interface Contestants<T> {
  readonly ours: T;
  readonly upstream: T;
}

export interface RaceOptions {
  readonly rounds: number;
  /** Rounds before the first one that counts. */
  readonly warmUp: number;
}

/**
 * Lets both run in each round, in alternating order, so that whatever else the machine does hits
 * both; a ratio compares two neighbours in time.
 */
export async function race<T, Unit extends string>(
  contestants: Contestants<T>,
  { rounds, warmUp }: RaceOptions,
  run: (contestant: T, round: number) => Promise<Sample<Unit>>,
): Promise<Comparison<Unit>> {
  const ours: Sample<Unit>[] = [];
  const upstream: Sample<Unit>[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    let own: Sample<Unit>;
    let theirs: Sample<Unit>;
    if (round % 2 === 0) {
      own = await run(contestants.ours, round);
      theirs = await run(contestants.upstream, round);
    } else {
      theirs = await run(contestants.upstream, round);
      own = await run(contestants.ours, round);
    }
    if (round < warmUp) continue;
    ours.push(own);
    upstream.push(theirs);
  }
  const units = Object.keys(ours[0]!) as Unit[];
  const compare = (unit: Unit) => ({
    ours: spreadOf(ours.map(sample => sample[unit])),
    upstream: spreadOf(upstream.map(sample => sample[unit])),
    ratio: spreadOf(ours.map((sample, index) => sample[unit] / upstream[index]![unit])),
  });
  return Object.fromEntries(units.map(unit => [unit, compare(unit)])) as Comparison<Unit>;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = (sorted.length - 1) * share;
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (above - below) * (place % 1);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

export function medianOf(samples: readonly number[]): number {
  return spreadOf(samples).median;
}

/** Milliseconds that an operation takes. */
export async function timeOf(operation: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await operation();
  return performance.now() - started;
}
