import type { ChainStep } from './ChainStep';

/** What a chain has learnt of the people who come. */
export interface ChainHabit {
  /** Whether the steps to come are worth asking before they are due. */
  askAhead(): boolean;
  /** To be told of each evaluation that had to ask: whether the step that asked first decided. */
  learn(decidedAtOnce: boolean): void;
}

/** From here on, asking ahead is more work for the catalog than it saves anybody in time. */
const mostly = 0.9;
/** So that some forty evaluations make a habit, and a few break it. */
const weightOfNewest = 0.05;

const habits = new WeakMap<readonly ChainStep[], ChainHabit>();

/**
 * Where nearly everybody is found by the same step, asking all steps at once triples the work of the
 * catalog for nothing; where people differ, it saves them the latency of every step before theirs.
 * Which it is, the chain learns. The answers are the same either way.
 *
 * @internal
 */
export function chainHabitOf(steps: readonly ChainStep[]): ChainHabit {
  const known = habits.get(steps);
  if (known) return known;
  let share = 0;
  const habit: ChainHabit = {
    askAhead: () => share < mostly,
    learn(decidedAtOnce) {
      share += weightOfNewest * ((decidedAtOnce ? 1 : 0) - share);
    },
  };
  habits.set(steps, habit);
  return habit;
}
