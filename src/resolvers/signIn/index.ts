export { createSignInResolver, optionsSchema } from './createSignInResolver';
export type {
  SignInResolverOptions,
  FindDirectory,
  SignInDecisionEvent,
} from './createSignInResolver';
export { explainSignIn, formatExplanation, traceChain } from './explainSignIn';
export type { ExplainSignInOptions, SignInExplanation } from './explainSignIn';
