import type { Entity } from '@backstage/catalog-model';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { UserLookupAnswer } from '../../lookup';
import type { MatchAttempt, MatchPlan, Matcher } from '../matchers';
import type { AttemptRecord, ChainStep, StepOutcome, StepRecord } from './ChainStep';

/** @internal */
export type AskLookup = (attempt: MatchAttempt) => UserLookupAnswer | Promise<UserLookupAnswer>;

interface Result {
  readonly outcome: StepOutcome;
  readonly entity?: Entity;
  readonly cause?: unknown;
}

// Promises only where something is really waited for: when all answers are at hand, each promise
// would cost more than the rest of the step.
type Eventually<T> = T | Promise<T>;

/**
 * Runs one step whose plan is known. Never throws and never rejects.
 *
 * @internal
 */
export function runStep(step: ChainStep, plan: MatchPlan, ask: AskLookup): Eventually<StepRecord> {
  const attempts: AttemptRecord[] = [];
  const record = ({ outcome, entity, cause }: Result): StepRecord => ({
    step,
    plan,
    attempts,
    outcome,
    entity,
    cause,
  });
  const failed = (cause: unknown) => record({ outcome: 'failed', cause });
  try {
    const result = runPlan(step.matcher, plan, ask, attempts);
    return result instanceof Promise ? result.then(record, failed) : record(result);
  } catch (error) {
    return failed(error);
  }
}

function runPlan(
  matcher: Matcher,
  plan: MatchPlan,
  ask: AskLookup,
  attempts: AttemptRecord[],
): Eventually<Result> {
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

function runAttempts(
  matcher: Matcher,
  wanted: readonly MatchAttempt[],
  ask: AskLookup,
  attempts: AttemptRecord[],
  from = 0,
): Eventually<Result> {
  for (let index = from; index < wanted.length; index += 1) {
    const attempt = wanted[index]!;
    const judge = (answer: UserLookupAnswer): Result | undefined => {
      const accepted = accept(attempt, answer);
      attempts.push({ matcher, attempt, answer, accepted });
      return resultOf(answer, accepted);
    };
    const answer = ask(attempt);
    if (answer instanceof Promise) {
      return answer.then(
        late => judge(late) ?? runAttempts(matcher, wanted, ask, attempts, index + 1),
      );
    }
    const result = judge(answer);
    if (result) return result;
  }
  return { outcome: 'none' };
}

/** What an answer decides; `undefined` when nobody was found and the next attempt is due. */
function resultOf(answer: UserLookupAnswer, accepted: readonly Entity[]): Result | undefined {
  if (answer.type === 'unavailable') return { outcome: 'unavailable', cause: answer.cause };
  if (answer.type === 'conflict' || accepted.length > 1) return { outcome: 'ambiguous' };
  return accepted.length === 1 ? { outcome: 'matched', entity: accepted[0] } : undefined;
}

const nobody: readonly Entity[] = [];

function accept({ reject }: MatchAttempt, answer: UserLookupAnswer): readonly Entity[] {
  if (answer.type !== 'entities') return nobody;
  return reject ? answer.entities.filter(entity => reject(entity) === undefined) : answer.entities;
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
