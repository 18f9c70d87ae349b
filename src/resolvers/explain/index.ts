export { createNearMissFinder, nearMissesOf, queriesOf } from './nearMisses';
export type { FindNearMisses, NearMiss } from './nearMisses';
export {
  createRefusal,
  describeDecision,
  formatTrace,
  summarizeTrace,
  traceDecision,
} from './trace';
export type {
  SignInTrace,
  TracedCandidate,
  TracedDecision,
  TracedLookup,
  TracedStep,
} from './trace';
