import type { CatalogUserLookup, UserLookupAnswer, UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import type { MatchAttempt } from '../matchers';
import type { ChainStep } from './ChainStep';
import { planOf } from './planOf';
import type { Plan } from './planOf';
import type { AskLookup } from './runStep';

/**
 * Answers from what is at hand. The first question that is not starts all questions of the steps to
 * come together.
 *
 * @internal
 */
export function createPrefetch(options: {
  readonly steps: readonly ChainStep[];
  readonly subject: Subject;
  readonly lookup: CatalogUserLookup;
  /** How many steps are behind. */
  readonly done: () => number;
}): AskLookup {
  const { steps, subject, lookup } = options;
  let underWay: Map<string, Promise<UserLookupAnswer>> | undefined;

  return attempt => {
    const atHand = underWay ? undefined : lookup.peek?.(attempt.query);
    if (atHand) return atHand;
    // By value: the plans that are fetched ahead are not the objects that the steps ask with later.
    const key = keyOf(attempt.query);
    underWay ??= new Map();
    if (!underWay.has(key)) {
      underWay.set(key, find(lookup, attempt.query, subject));
      const toCome = steps.slice(options.done()).map(step => planOf(step, subject));
      for (const { query } of toCome.flatMap(attemptsOf)) {
        if (!underWay.has(keyOf(query))) underWay.set(keyOf(query), find(lookup, query, subject));
      }
    }
    return underWay.get(key)!;
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
