import type { CatalogUserLookup, UserLookupAnswer, UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import type { MatchAttempt } from '../matchers';
import { chainHabitOf } from './chainHabitOf';
import type { ChainStep } from './ChainStep';
import { planOf } from './planOf';
import type { Plan } from './planOf';
import type { AskLookup } from './runStep';

/** Answers the questions of one evaluation. */
export interface Prefetch {
  readonly ask: AskLookup;
  /** The evaluation is over, after so many steps. */
  readonly end: (steps: number) => void;
}

/**
 * Answers from what is at hand. The first question that is not starts the other questions of its
 * step, and, unless the chain has learnt better, those of all steps to come.
 *
 * @internal
 */
export function createPrefetch(options: {
  readonly steps: readonly ChainStep[];
  readonly subject: Subject;
  readonly lookup: CatalogUserLookup;
  /** How many steps are behind. */
  readonly done: () => number;
}): Prefetch {
  const { steps, subject, lookup } = options;
  let underWay: Map<string, Promise<UserLookupAnswer>> | undefined;
  let firstAsked: number | undefined;

  function start(from: number): void {
    // Who was not found by the step that mostly finds people is asked for everywhere at once.
    const ahead = firstAsked !== undefined || chainHabitOf(steps).askAhead();
    const some = steps.slice(from, ahead ? steps.length : from + 1);
    for (const { query } of some.flatMap(step => attemptsOf(planOf(step, subject)))) {
      const key = keyOf(query);
      if (!underWay!.has(key)) underWay!.set(key, find(lookup, query, subject));
    }
    firstAsked ??= from;
  }

  return {
    ask(attempt) {
      // By value: the plans that are fetched ahead are not the objects that the steps ask with later.
      const key = underWay && keyOf(attempt.query);
      const pending = key === undefined ? undefined : underWay!.get(key);
      if (pending) return pending;
      underWay ??= new Map();
      start(options.done());
      const own = keyOf(attempt.query);
      // A matcher that answers differently when asked again has not named this one just now.
      if (!underWay.has(own)) underWay.set(own, find(lookup, attempt.query, subject));
      return underWay.get(own)!;
    },
    end(count) {
      if (firstAsked !== undefined) chainHabitOf(steps).learn(count - 1 === firstAsked);
    },
  };
}

function keyOf(query: UserQuery): string {
  return query.by === 'ref'
    ? JSON.stringify([query.namespace, query.name])
    : JSON.stringify([query.field, query.value, '']);
}

function attemptsOf(plan: Plan): readonly MatchAttempt[] {
  if ('failed' in plan) return [];
  if (plan.type === 'query') return plan.attempts;
  return plan.type === 'agreement' ? plan.parts.flatMap(part => attemptsOf(part.plan)) : [];
}

async function find(
  lookup: CatalogUserLookup,
  query: UserQuery,
  { refresh }: Subject,
): Promise<UserLookupAnswer> {
  try {
    return await lookup.find(query, { refresh });
  } catch (error) {
    // A lookup of somebody else's that breaks the contract is one that cannot be asked.
    return { type: 'unavailable', cause: error };
  }
}
