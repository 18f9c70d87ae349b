export { createSignInResolver, optionsShape } from './createSignInResolver';
export type {
  CreateSignInResolverOptions,
  FindDirectory,
  SignInDecisionEvent,
} from './createSignInResolver';
export { decideSignIn, explainSignIn, formatExplanation, traceChain } from './explainSignIn';
export type {
  DecideSignInOptions,
  ExplainSignInOptions,
  SignInExplanation,
  SignInRun,
} from './explainSignIn';
export type { OwnershipExtension } from './issueIdentity';
