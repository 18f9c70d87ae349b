export type {
  SignInTrace,
  TracedCandidate,
  TracedDecision,
  TracedLookup,
  TracedStep,
} from './SignInTrace';
export { describeDecision } from './describeDecision';
export { formatTrace, summarizeTrace } from './formatTrace';
