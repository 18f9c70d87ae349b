import type { Entity } from '@backstage/catalog-model';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { UserLookupAnswer } from '../../lookup';
import type { MatchAttempt, MatchPlan, Matcher } from '../matchers';
import type { ChainStep } from './ChainStep';
import type { AttemptRecord, StepOutcome, StepRecord } from './Decision';

/** @internal */
export type AskLookup = (attempt: MatchAttempt) => UserLookupAnswer | Promise<UserLookupAnswer>;

interface Result {
  readonly outcome: StepOutcome;
  readonly entity?: Entity;
  readonly cause?: unknown;
}

/**
 * Runs one step whose plan is known.
 *
 * @internal
 */
export async function runStep(
  step: ChainStep,
  plan: MatchPlan,
  ask: AskLookup,
): Promise<StepRecord> {
  const attempts: AttemptRecord[] = [];
  let result: Result;
  try {
    result = await runPlan(step.matcher, plan, ask, attempts);
  } catch (error) {
    result = { outcome: 'failed', cause: error };
  }
  return { step, plan, attempts, ...result };
}

async function runPlan(
  matcher: Matcher,
  plan: MatchPlan,
  ask: AskLookup,
  attempts: AttemptRecord[],
): Promise<Result> {
  switch (plan.type) {
    case 'missing':
    case 'denied':
      return { outcome: plan.type };
    case 'query':
      return runAttempts(matcher, plan.attempts, ask, attempts);
    case 'agreement':
      return runAgreement(plan, ask, attempts);
    default:
      throw new TypeError(`matcher "${matcher.name}" returned no plan`);
  }
}

async function runAttempts(
  matcher: Matcher,
  wanted: readonly MatchAttempt[],
  ask: AskLookup,
  attempts: AttemptRecord[],
): Promise<Result> {
  for (const attempt of wanted) {
    const asked = ask(attempt);
    // Awaiting what is no promise would cost a turn of the event loop on the path where all is cached.
    const answer = asked instanceof Promise ? await asked : asked;
    const accepted = answer.type === 'entities' ? accept(attempt, answer.entities) : [];
    attempts.push({ matcher, attempt, answer, accepted });
    if (answer.type === 'unavailable') return { outcome: 'unavailable', cause: answer.cause };
    if (answer.type === 'conflict' || accepted.length > 1) return { outcome: 'ambiguous' };
    if (accepted.length === 1) return { outcome: 'matched', entity: accepted[0] };
  }
  return { outcome: 'none' };
}

function accept({ reject }: MatchAttempt, entities: readonly Entity[]): readonly Entity[] {
  return reject ? entities.filter(entity => reject(entity) === undefined) : entities;
}

/** Worst first: what makes one part so makes the agreement so. */
const precedence: readonly StepOutcome[] = [
  'failed',
  'unavailable',
  'denied',
  'ambiguous',
  'missing',
  'none',
];

async function runAgreement(
  plan: Extract<MatchPlan, { type: 'agreement' }>,
  ask: AskLookup,
  attempts: AttemptRecord[],
): Promise<Result> {
  const results: Result[] = [];
  for (const { matcher, plan: part } of plan.parts) {
    // The type forbids it; a matcher of somebody else may not be type checked.
    if ((part as MatchPlan).type === 'agreement') throw new TypeError('agreement in an agreement');
    results.push(await runPlan(matcher, part, ask, attempts));
  }
  const entities = results.flatMap(({ entity }) => entity ?? []);
  const refs = new Set(entities.map(entity => stringifyEntityRef(entity)));
  // Two parts that name different people outweigh a third that says nothing.
  if (refs.size > 1) return { outcome: 'disagreement' };
  const worst = precedence.find(outcome => results.some(result => result.outcome === outcome));
  if (!worst) return { outcome: 'matched', entity: entities[0] };
  return { outcome: worst, cause: results.find(result => result.outcome === worst)?.cause };
}
