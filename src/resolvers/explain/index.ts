export type {
  SignInTrace,
  TracedCandidate,
  TracedDecision,
  TracedLookup,
  TracedStep,
} from './SignInTrace';
export { describeDecision, traceDecision } from './describeDecision';
export { formatTrace, summarizeTrace } from './formatTrace';
