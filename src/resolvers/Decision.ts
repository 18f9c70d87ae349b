import type { Entity } from '@backstage/catalog-model';
import type { UserLookupAnswer } from '../lookup';
import type { Matcher, MatchPlan } from './Matcher';
import type { ChainStep } from './ChainStep';

/**
 * How one step ended.
 *
 * @public
 */
export type StepOutcome =
  | 'matched'
  | 'none'
  | 'missing'
  | 'denied'
  | 'ambiguous'
  | 'disagreement'
  | 'unavailable'
  | 'failed';

/**
 * What a step did, as raw material: `describeDecision` makes the trace of it, so that a sign-in
 * that nobody looks at does not pay for the words.
 *
 * @internal
 */
export interface StepRecord {
  readonly step: ChainStep;
  readonly plan?: MatchPlan;
  readonly outcome: StepOutcome;
  readonly entity?: Entity;
  readonly attempts: readonly AttemptRecord[];
  /** What a matcher threw, or why the catalog could not be asked. */
  readonly cause?: unknown;
}

/** @internal */
export interface AttemptRecord {
  readonly matcher: Matcher;
  readonly attempt: Extract<MatchPlan, { type: 'query' }>['attempts'][number];
  readonly answer: UserLookupAnswer;
  /** What is left of the answer after the matcher's own check. */
  readonly accepted: readonly Entity[];
}

/**
 * The answer of a chain.
 *
 * @internal
 */
export interface Decision {
  readonly outcome: StepOutcome;
  /** The step that decided; the last one when all were tried in vain. */
  readonly record: StepRecord;
  readonly records: readonly StepRecord[];
  /** Set when `outcome` is `matched`. */
  readonly entity?: Entity;
}
