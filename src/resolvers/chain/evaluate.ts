import type { CatalogUserLookup, UserLookupAnswer } from '../../lookup';
import type { Subject } from '../../profile';
import type { MatchAttempt, MatchPlan } from '../matchers';
import type { ChainStep } from './ChainStep';
import type { Decision, StepRecord } from './Decision';
import { decideWithoutUser } from './decideWithoutUser';
import { policyAction } from './policyAction';
import { refusalCode } from './refusalCode';
import { runStep } from './runStep';

/** @internal */
export interface EvaluateOptions {
  readonly steps: readonly ChainStep[];
  readonly subject: Subject;
  readonly lookup: CatalogUserLookup;
}

/**
 * THE evaluator: sign-in, explain and audit all call it. Its answer is that of trying the steps one
 * after another. Only what is not at hand is fetched, and then for all steps to come at once, so that
 * a chain costs one latency.
 *
 * Never throws and never rejects: a matcher that throws and a catalog that is down are decisions.
 *
 * @internal
 */
export async function evaluate({ steps, subject, lookup }: EvaluateOptions): Promise<Decision> {
  const records: StepRecord[] = [];
  const plans = steps.map(step => planOf(step, subject));
  const underWay = new Map<MatchAttempt, Promise<UserLookupAnswer>>();

  const ask = (attempt: MatchAttempt): UserLookupAnswer | Promise<UserLookupAnswer> => {
    const pending = underWay.get(attempt);
    if (pending) return pending;
    const atHand = lookup.peek?.(attempt.query);
    if (atHand) return atHand;
    for (const each of plans.slice(records.length).flatMap(attemptsOf)) {
      if (!underWay.has(each)) underWay.set(each, find(lookup, each, subject));
    }
    return underWay.get(attempt)!;
  };

  for (const [index, step] of steps.entries()) {
    const plan = plans[index]!;
    const record =
      'failed' in plan
        ? { step, outcome: 'failed' as const, attempts: [], cause: plan.failed }
        : await runStep(step, plan, ask);
    records.push(record);
    if (record.outcome === 'matched') {
      return { outcome: 'matched', entity: record.entity!, record, records };
    }
    if (policyAction(step, record.outcome) === 'stop') {
      const code = refusalCode(record);
      return { outcome: 'refused', code, record, records, cause: record.cause };
    }
  }
  return decideWithoutUser(records, lookup);
}

type Plan = MatchPlan | { readonly failed: unknown };

function planOf({ matcher }: ChainStep, subject: Subject): Plan {
  try {
    const plan: unknown = matcher.match(subject);
    // Matchers are other people's code too, and not all of it is type checked.
    return typeof plan === 'object' && plan !== null && 'type' in plan
      ? (plan as MatchPlan)
      : { failed: new TypeError('the matcher returned no plan') };
  } catch (error) {
    return { failed: error };
  }
}

function attemptsOf(plan: Plan): readonly MatchAttempt[] {
  if ('failed' in plan) return [];
  if (plan.type === 'query') return plan.attempts;
  return plan.type === 'agreement' ? plan.parts.flatMap(part => attemptsOf(part.plan)) : [];
}

async function find(
  lookup: CatalogUserLookup,
  { query }: MatchAttempt,
  { refresh }: Subject,
): Promise<UserLookupAnswer> {
  try {
    return await lookup.find(query, { refresh });
  } catch (error) {
    // A lookup of somebody else's that breaks the contract is one that cannot be asked.
    return { type: 'unavailable', cause: error };
  }
}
