export { createNearMissFinder, logNearMisses, nearMissesOf, queriesOf } from './nearMisses';
export type { FindNearMisses, NearMiss } from './nearMisses';
export { createRefusal } from './refusal';
export { describeDecision, formatTrace, summarizeTrace, traceDecision } from './trace';
export type { SignInTrace, TracedDecision } from './trace';
