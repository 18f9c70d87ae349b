/**
 * The result of one resolver for a person is the number of an entity, or one of these.
 *
 * @internal
 */
export const nobody = -1;
/** The sign-in would stop: several match, or the entity names another account. */
export const refused = -2;

/**
 * The results of one resolver for all people.
 *
 * @internal
 */
export interface Column {
  /** Name of the resolver. A chain has no two resolvers of the same name. */
  readonly name: string;
  readonly entities: Int32Array;
  /** 1 where another attribute says that the entity is somebody else. */
  readonly doubtful: Uint8Array;
}

/** @internal */
export interface BestChain {
  /** Positions of the columns. */
  readonly columns: readonly number[];
  /** Expected people who would sign in as an entity of their own. */
  readonly covered: number;
  /** Positions of the people who would share an entity, or become somebody else. */
  readonly conflicted: readonly number[];
  /** Number of chains that were compared. */
  readonly compared: number;
}

const maxSteps = 3;

/**
 * Finds the chain of at most three columns that signs in the most people as an entity of their own. A
 * person is a conflict if they would share an entity, or if a safer column (in the chain or not) or
 * another attribute says that the entity is somebody else. A conflict cancels out one person who signs
 * in. Ties go to fewer conflicts, then to the shorter chain, then to safer columns.
 *
 * Columns keep their order within a chain, and a refusal ends it, as in the sign-in.
 *
 * @param columns - the safest first
 * @param isExpected - for every person, whether they count as signed in
 * @returns `undefined` when no chain is worth its conflicts
 * @internal
 */
export function bestChain(
  columns: readonly Column[],
  isExpected: readonly boolean[],
  entityCount: number,
): BestChain | undefined {
  const useful = columns.flatMap(({ entities }, index) =>
    entities.some(id => id >= 0) ? [index] : [],
  );
  const chains = subsets(useful).filter(chain => {
    const names = chain.map(index => columns[index]!.name);
    return new Set(names).size === names.length;
  });
  let best: Omit<BestChain, 'compared'> | undefined;
  for (const chain of chains) {
    const result = { columns: chain, ...judge(chain, columns, isExpected, entityCount) };
    if (isBetter(result, best)) best = result;
  }
  return best && { ...best, compared: chains.length };
}

type Judged = Pick<BestChain, 'covered' | 'conflicted'>;

function isBetter(one: Judged, other: Judged | undefined): boolean {
  const worth = one.covered - one.conflicted.length;
  if (!other) return worth > 0;
  const otherWorth = other.covered - other.conflicted.length;
  return (
    worth > otherWorth || (worth === otherWorth && one.conflicted.length < other.conflicted.length)
  );
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

function judge(
  chain: readonly number[],
  columns: readonly Column[],
  isExpected: readonly boolean[],
  entityCount: number,
): Judged {
  const reached = new Uint32Array(entityCount);
  const becomes = new Int32Array(isExpected.length).fill(nobody);
  const isDoubtful = new Uint8Array(isExpected.length);
  for (let person = 0; person < becomes.length; person += 1) {
    const decisive = chain.find(index => columns[index]!.entities[person] !== nobody);
    if (decisive === undefined) continue;
    const column = columns[decisive]!;
    const entity = column.entities[person]!;
    if (entity < 0) continue;
    becomes[person] = entity;
    reached[entity]! += 1;
    if (column.doubtful[person]) isDoubtful[person] = 1;
    for (let safer = 0; safer < decisive; safer += 1) {
      const other = columns[safer]!.entities[person]!;
      if (other >= 0 && other !== entity) isDoubtful[person] = 1;
    }
  }
  let covered = 0;
  const conflicted: number[] = [];
  for (let person = 0; person < becomes.length; person += 1) {
    const entity = becomes[person]!;
    if (entity < 0) continue;
    if (isDoubtful[person] || reached[entity]! > 1) conflicted.push(person);
    else if (isExpected[person]) covered += 1;
  }
  return { covered, conflicted };
}
