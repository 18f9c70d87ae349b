import type { Entity } from '@backstage/catalog-model';
import type { SignInErrorCode } from '../../errors';
import type { UserLookupAnswer } from '../../lookup';
import type { MatchAttempt, MatchPlan, Matcher } from '../matchers';
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
  /** Absent when the matcher threw. */
  readonly plan?: MatchPlan;
  readonly outcome: StepOutcome;
  readonly entity?: Entity;
  readonly attempts: readonly AttemptRecord[];
  /** What a matcher threw, or why the catalog could not be asked. */
  readonly cause?: unknown;
}

/** @internal */
export interface AttemptRecord {
  /** Whose attempt: the step's matcher, or a part of its agreement. */
  readonly matcher: Matcher;
  readonly attempt: MatchAttempt;
  readonly answer: UserLookupAnswer;
  /** What is left of the answer after the matcher's own check. */
  readonly accepted: readonly Entity[];
}

/**
 * The answer of a chain.
 *
 * @internal
 */
export type Decision =
  | {
      readonly outcome: 'matched';
      readonly entity: Entity;
      readonly record: StepRecord;
      readonly records: readonly StepRecord[];
    }
  | {
      /** `dangerouslyAllowSignInWithoutUserInCatalog`. */
      readonly outcome: 'withoutUser';
      readonly userEntityRef: string;
      readonly record: StepRecord;
      readonly records: readonly StepRecord[];
    }
  | {
      readonly outcome: 'refused';
      readonly code: SignInErrorCode;
      /** The step that decided; `undefined` when all were tried in vain. */
      readonly record?: StepRecord;
      readonly records: readonly StepRecord[];
      readonly cause?: unknown;
    };
