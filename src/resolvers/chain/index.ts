export { policyAction, policyShape, toChainSteps, withoutUserShape } from './ChainStep';
export type { AttemptRecord, ChainStep, Decision, StepOutcome, StepRecord } from './ChainStep';
export { evaluate } from './evaluate';
