export { createSignInResolver } from './createSignInResolver';
export type { CreateSignInResolverOptions, SignInDecisionEvent } from './createSignInResolver';
export type { OwnershipExtension } from './issueIdentity';
