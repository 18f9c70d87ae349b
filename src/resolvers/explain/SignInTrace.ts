import type { SignInErrorCode } from '../../errors';
import type { StepOutcome } from '../chain';

/**
 * Everything that an evaluation looked at, for people who run Backstage. It holds other people's
 * entity refs, so it goes to the log and to `explainSignIn`, never to a browser. Tokens and secrets
 * are not among the things that an evaluation is given.
 *
 * @public
 */
export interface SignInTrace {
  readonly decision: TracedDecision;
  readonly steps: readonly TracedStep[];
}

/** @public */
export type TracedDecision =
  | { readonly outcome: 'matched'; readonly userEntityRef: string; readonly step: string }
  | { readonly outcome: 'withoutUser'; readonly userEntityRef: string; readonly step: string }
  | {
      readonly outcome: 'refused';
      readonly code: SignInErrorCode;
      /** The step that decided; `undefined` when all were tried in vain, or none was. */
      readonly step?: string;
      /** Why no step was tried: what a profile transform said. */
      readonly reason?: string;
    };

/** @public */
export interface TracedStep {
  readonly step: string;
  readonly outcome: StepOutcome;
  /** What the chain did next. */
  readonly action: 'signIn' | 'next' | 'stop';
  /** Why it was missing, denied, unavailable or failed. */
  readonly reason?: string;
  readonly lookups: readonly TracedLookup[];
}

/** @public */
export interface TracedLookup {
  /** Name of the matcher; within an agreement, that of the part. */
  readonly matcher: string;
  /** What the catalog was asked for, in words. */
  readonly query: string;
  readonly candidates: readonly TracedCandidate[];
  /** Why there is no list of candidates. */
  readonly problem?: string;
  /** Set when an expired answer was served: for how long it had been expired, in milliseconds. */
  readonly staleForMs?: number;
}

/** @public */
export interface TracedCandidate {
  readonly entityRef: string;
  /** `undefined` = accepted. */
  readonly rejectedBecause?: string;
}
