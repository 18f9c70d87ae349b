export type {
  SignInTrace,
  TracedCandidate,
  TracedDecision,
  TracedLookup,
  TracedStep,
} from './SignInTrace';
export { describeDecision, traceDecision } from './describeDecision';
export { formatTrace, summarizeTrace } from './formatTrace';
export type { FindNearMisses, NearMiss } from './NearMiss';
export { createNearMissFinder } from './createNearMissFinder';
export { nearMissesOf } from './nearMissesOf';
export { queriesOf } from './queriesOf';
