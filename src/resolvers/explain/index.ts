export {
  createNearMissFinder,
  logNearMisses,
  nearMissesOf,
  nearMissesOfDecision,
} from './nearMisses';
export type { FindNearMisses, NearMiss } from './nearMisses';
export { createRefusal } from './refusal';
export { describeDecision, formatTrace, traceDecision } from './trace';
export type { SignInTrace, TracedDecision } from './trace';
