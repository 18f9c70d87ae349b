import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { UserQuery } from '../../lookup';
import { quote } from '../../shared';
import { policyAction } from '../chain';
import type { AttemptRecord, Decision, StepRecord } from '../chain';
import type { MatchPlan } from '../matchers';
import type {
  SignInTrace,
  TracedCandidate,
  TracedDecision,
  TracedLookup,
  TracedStep,
} from './SignInTrace';

/**
 * Puts a decision into words.
 *
 * @internal
 */
export function describeDecision(decision: Decision): SignInTrace {
  return { decision: traceDecision(decision), steps: decision.records.map(traceStep) };
}

/** @internal */
export function traceDecision(decision: Decision): TracedDecision {
  const step = decision.record?.step.matcher.name;
  switch (decision.outcome) {
    case 'matched':
      return {
        outcome: 'matched',
        userEntityRef: stringifyEntityRef(decision.entity),
        step: step!,
      };
    case 'withoutUser':
      return { outcome: 'withoutUser', userEntityRef: decision.userEntityRef, step: step! };
    case 'refused':
      return { outcome: 'refused', code: decision.code, step };
  }
}

function traceStep(record: StepRecord): TracedStep {
  const { step, outcome, attempts, plan, cause } = record;
  const reason = [plan && reasonOf(plan), cause === undefined ? undefined : String(cause)];
  return {
    step: step.matcher.name,
    outcome,
    action: outcome === 'matched' ? 'signIn' : policyAction(step, outcome),
    reason: reason.filter(Boolean).join('; ') || undefined,
    // Put into words when somebody reads them: an audit makes hundreds of thousands of traces.
    get lookups() {
      return attempts.map(traceLookup);
    },
  };
}

function reasonOf(plan: MatchPlan): string | undefined {
  if (plan.type === 'missing' || plan.type === 'denied') return plan.reason;
  if (plan.type !== 'agreement') return undefined;
  const reasons = plan.parts.flatMap(part => {
    const reason = reasonOf(part.plan);
    return reason ? [`${part.matcher.name}: ${reason}`] : [];
  });
  return reasons.join('; ') || undefined;
}

function traceLookup({ matcher, attempt, answer }: AttemptRecord): TracedLookup {
  const lookup = { matcher: matcher.name, query: describeQuery(attempt.query) };
  if (answer.type === 'conflict') {
    return { ...lookup, candidates: [], problem: 'the catalog has several and did not say which' };
  }
  if (answer.type === 'unavailable') {
    return {
      ...lookup,
      candidates: [],
      problem: `the catalog could not be asked: ${String(answer.cause)}`,
    };
  }
  if (!attempt.reject && !answer.rejected) {
    const candidates = acceptedAll.get(answer.entities) ?? answer.entities.map(toAccepted);
    acceptedAll.set(answer.entities, candidates);
    return { ...lookup, candidates, staleForMs: answer.staleForMs };
  }
  const offered = answer.entities.map(entity => ({
    ...toAccepted(entity),
    rejectedBecause: attempt.reject?.(entity),
  }));
  const refused = (answer.rejected ?? []).map(({ entityRef, reason }) => ({
    entityRef,
    rejectedBecause: reason,
  }));
  return { ...lookup, candidates: [...offered, ...refused], staleForMs: answer.staleForMs };
}

/** An audit hears the same long answer for thousands of people: it is put into words once. */
const acceptedAll = new WeakMap<readonly Entity[], readonly TracedCandidate[]>();

function toAccepted(entity: Entity): TracedCandidate {
  return { entityRef: stringifyEntityRef(entity), rejectedBecause: undefined };
}

function describeQuery(query: UserQuery): string {
  return query.by === 'ref'
    ? `User ${quote(query.name)} in namespace ${quote(query.namespace)}`
    : `User with ${query.field} = ${quote(query.value)}`;
}
