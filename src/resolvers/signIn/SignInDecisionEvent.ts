import type { Subject } from '../../profile';
import type { SignInTrace, TracedDecision } from '../explain';

/**
 * What an observer is told of a decision.
 *
 * @public
 */
export interface SignInDecisionEvent {
  /** Outcome, with entity ref or code, and the step that decided. */
  readonly decision: TracedDecision;
  /** Who signed in, by the facts of Bitbucket. */
  readonly subject: Subject;
  /** Reference of the error that the browser shows, when refused. */
  readonly reference?: string;
  /** From the start of the evaluation to the decision, in milliseconds. */
  readonly durationMs: number;
  /** Makes the trace, when somebody wants it. */
  readonly trace: () => SignInTrace;
}
