/**
 * For every person, what one resolver alone says: the number of an entity, or one of these.
 *
 * @internal
 */
export const nobody = -1;
/** @internal */
export const ambiguous = -2;

/** @internal */
export interface BestChain {
  /** Positions of the columns. */
  readonly columns: readonly number[];
  /** People who would sign in. */
  readonly covered: number;
}

const maxSteps = 3;

/**
 * Finds the chain of at most three columns that signs the most people in without a conflict: no
 * entity is reached by two people, and nobody becomes an entity when a safer column, in the chain or
 * not, says that they are another. Of equals the shorter one is taken, then that of safer columns.
 *
 * Columns keep their order within a chain; a person whom a step finds ambiguous is refused, as in
 * the sign-in.
 *
 * @param columns - the safest first
 * @internal
 */
export function bestChain(
  columns: readonly Int32Array[],
  entityCount: number,
): BestChain | undefined {
  const useful = columns.flatMap((column, index) => (column.some(id => id >= 0) ? [index] : []));
  let best: BestChain | undefined;
  for (const chain of subsets(useful)) {
    const covered = coverage(chain, columns, entityCount);
    if (covered > (best?.covered ?? 0)) best = { columns: chain, covered };
  }
  return best;
}

/** Shorter ones first. */
function subsets(items: readonly number[]): number[][] {
  let last: number[][] = [[]];
  const all: number[][] = [];
  for (let size = 1; size <= maxSteps; size += 1) {
    last = last.flatMap(chain =>
      items.filter(item => item > (chain.at(-1) ?? -1)).map(item => [...chain, item]),
    );
    all.push(...last);
  }
  return all;
}

/** Number of people who sign in, or -1 when there is a conflict. */
function coverage(
  chain: readonly number[],
  columns: readonly Int32Array[],
  entityCount: number,
): number {
  const reached = new Uint8Array(entityCount);
  const people = columns[0]!.length;
  let covered = 0;
  for (let person = 0; person < people; person += 1) {
    const decisive = chain.find(index => columns[index]![person] !== nobody);
    const entity = decisive === undefined ? nobody : columns[decisive]![person]!;
    if (entity < 0) continue;
    for (let safer = 0; safer < decisive!; safer += 1) {
      const other = columns[safer]![person]!;
      if (other >= 0 && other !== entity) return -1;
    }
    if (reached[entity]) return -1;
    reached[entity] = 1;
    covered += 1;
  }
  return covered;
}
