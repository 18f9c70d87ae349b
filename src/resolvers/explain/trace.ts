import { stringifyEntityRef } from '@backstage/catalog-model';
import type { SignInErrorCode } from '../../errors';
import type { UserQuery } from '../../lookup';
import { describeCause, quote } from '../../shared';
import { policyAction } from '../chain';
import type { AttemptRecord, Decision, StepOutcome, StepRecord } from '../chain';
import type { MatchPlan } from '../matchers';

/**
 * Everything that an evaluation looked at, for administrators of Backstage. It holds other people's
 * entity refs, so it goes to the log and to `explainSignIn`, never to a browser. An evaluation
 * never has tokens or secrets.
 *
 * @public
 */
export interface SignInTrace {
  /** How the chain ended. */
  readonly decision:
    | { readonly outcome: 'matched'; readonly userEntityRef: string; readonly step: string }
    | { readonly outcome: 'withoutUser'; readonly userEntityRef: string; readonly step: string }
    | {
        readonly outcome: 'refused';
        readonly code: SignInErrorCode;
        /** The step that decided; `undefined` when no step matched, or none was tried. */
        readonly step?: string;
        /** Why no step was tried: what a profile transform said. */
        readonly reason?: string;
      };
  readonly steps: readonly {
    readonly step: string;
    readonly outcome: StepOutcome;
    /** What the chain did next. */
    readonly action: 'signIn' | 'next' | 'stop';
    /** Why it was missing, denied, unavailable or failed. */
    readonly reason?: string;
    /** The questions to the catalog and their answers. */
    readonly lookups: readonly {
      /** Name of the matcher; within an agreement, that of the part. */
      readonly matcher: string;
      /** What the catalog was asked for, in words. */
      readonly query: string;
      /** The entities that the catalog offered. Without `rejectedBecause`, one was accepted. */
      readonly candidates: readonly {
        readonly entityRef: string;
        readonly rejectedBecause?: string;
      }[];
      /** Why the list of candidates is missing. */
      readonly problem?: string;
      /** Set when an expired answer was served: for how long it had been expired, in milliseconds. */
      readonly staleForMs?: number;
    }[];
  }[];
}

export type TracedDecision = SignInTrace['decision'];
type TracedStep = SignInTrace['steps'][number];
type TracedLookup = TracedStep['lookups'][number];

/** Puts a decision into words. */
export function describeDecision(decision: Decision): SignInTrace {
  return { decision: traceDecision(decision), steps: decision.records.map(traceStep) };
}

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
  const reason = [plan && reasonOf(plan), cause === undefined ? undefined : describeCause(cause)];
  return {
    step: step.matcher.name,
    outcome,
    action: outcome === 'matched' ? 'signIn' : policyAction(step, outcome),
    reason: reason.filter(Boolean).join('; ') || undefined,
    lookups: attempts.map(traceLookup),
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

function traceLookup({ matcher, attempt, answer, ...checked }: AttemptRecord): TracedLookup {
  const lookup = { matcher: matcher.name, query: describeQuery(attempt.query) };
  if (answer.type === 'conflict') {
    return {
      ...lookup,
      candidates: [],
      problem: 'several entities match, and the catalog did not say which',
    };
  }
  if (answer.type === 'unavailable') {
    return {
      ...lookup,
      candidates: [],
      problem: `the catalog is unavailable: ${describeCause(answer.cause)}`,
    };
  }
  const accepted = checked.accepted.map(entity => ({ entityRef: stringifyEntityRef(entity) }));
  const rejected = checked.rejected.map(({ entityRef, reason }) => ({
    entityRef,
    rejectedBecause: reason,
  }));
  return { ...lookup, candidates: [...accepted, ...rejected], staleForMs: answer.staleForMs };
}

function describeQuery(query: UserQuery): string {
  return query.by === 'ref'
    ? `User ${quote(query.name)} in namespace ${quote(query.namespace)}`
    : `User with ${query.field} = ${quote(query.value)}`;
}

/** A trace as text on several lines, for a terminal. */
export function formatTrace(trace: SignInTrace): string {
  const steps = trace.steps.flatMap((step, index) => formatStep(step, index + 1));
  return [...steps, `=> ${formatDecision(trace)}`].join('\n');
}

/** A trace as text on one line, for a log. */
export function summarizeTrace(trace: SignInTrace): string {
  const steps = trace.steps.map(step => {
    const reason = step.reason ? ` (${step.reason})` : '';
    const lookups = step.lookups.map(lookup => ` [${formatLookup(lookup)}]`).join('');
    return `${step.step}: ${step.outcome}${reason}${lookups}`;
  });
  return steps.join(' | ') || 'no resolver is configured';
}

function formatDecision({ decision }: SignInTrace): string {
  switch (decision.outcome) {
    case 'matched':
      return `signs in as ${decision.userEntityRef} by ${decision.step}`;
    case 'withoutUser':
      return `signs in as ${decision.userEntityRef}, which is not in the catalog, by ${decision.step}`;
    case 'refused':
      return decision.step
        ? `refused with ${decision.code} by ${decision.step}`
        : `refused with ${decision.code}: every step was tried`;
  }
}

function formatStep(step: TracedStep, number: number): string[] {
  const reason = step.reason ? `: ${step.reason}` : '';
  return [
    `${number}. ${step.step} -> ${step.outcome}${reason} (${step.action})`,
    ...step.lookups.map(lookup => `   ${formatLookup(lookup)}`),
  ];
}

function formatLookup(lookup: TracedLookup): string {
  const stale = lookup.staleForMs === undefined ? '' : `, expired ${lookup.staleForMs} ms ago`;
  const result = lookup.problem ?? (lookup.candidates.map(formatCandidate).join(', ') || 'nobody');
  return `${lookup.query}: ${result}${stale}`;
}

function formatCandidate({
  entityRef,
  rejectedBecause,
}: TracedLookup['candidates'][number]): string {
  return rejectedBecause ? `${entityRef} rejected (${rejectedBecause})` : entityRef;
}
