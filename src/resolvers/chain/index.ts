export type { ChainStep } from './ChainStep';
export type { AttemptRecord, Decision, StepOutcome, StepRecord } from './Decision';
export type { PolicyAction, StepPolicy } from './StepPolicy';
export { evaluate } from './evaluate';
export type { EvaluateOptions } from './evaluate';
export { policyAction } from './policyAction';
