export { createSignInResolver, optionsShape } from './createSignInResolver';
export type {
  CreateSignInResolverOptions,
  FindDirectory,
  SignInDecisionEvent,
} from './createSignInResolver';
export { explainSignIn, formatExplanation, traceChain } from './explainSignIn';
export type { ExplainSignInOptions, SignInExplanation } from './explainSignIn';
export type { OwnershipExtension } from './issueIdentity';
