import type { CatalogUserLookup } from '../../lookup';
import type { Subject } from '../../profile';
import { policyAction, refusalCode } from './ChainStep';
import type { ChainStep, Decision, StepRecord } from './ChainStep';
import { createPrefetch } from './createPrefetch';
import { planOf } from './planOf';
import { runStep } from './runStep';
import { decideWithoutUser } from './withoutUser';

/** @internal */
export interface EvaluateOptions {
  readonly steps: readonly ChainStep[];
  readonly subject: Subject;
  readonly lookup: CatalogUserLookup;
}

/**
 * THE evaluator: sign-in, explain and audit all call it. Its answer is that of trying the steps one
 * after another. Only what is not at hand is fetched, and then for all steps to come at once, so that
 * a chain costs one latency; a chain whose people are nearly all found by one step asks that one first.
 *
 * Never throws and never rejects: a matcher that throws and a catalog that is down are decisions.
 *
 * @internal
 */
export async function evaluate({ steps, subject, lookup }: EvaluateOptions): Promise<Decision> {
  const records: StepRecord[] = [];
  const prefetch = createPrefetch({ steps, subject, lookup, done: () => records.length });
  for (const step of steps) {
    const plan = planOf(step, subject);
    const ran =
      'failed' in plan
        ? { step, outcome: 'failed' as const, attempts: [], cause: plan.failed }
        : runStep(step, plan, prefetch.ask);
    const record = ran instanceof Promise ? await ran : ran;
    records.push(record);
    const decision = decisionOf(record, records);
    if (decision) {
      prefetch.end(records.length);
      return decision;
    }
  }
  prefetch.end(records.length);
  return decideWithoutUser(records, lookup);
}

/** What a step decides; `undefined` when the next one is due. */
function decisionOf(record: StepRecord, records: readonly StepRecord[]): Decision | undefined {
  const { step, outcome, entity, cause } = record;
  if (outcome === 'matched') return { outcome: 'matched', entity: entity!, record, records };
  if (policyAction(step, outcome) === 'next') return undefined;
  return { outcome: 'refused', code: refusalCode(record), record, records, cause };
}
