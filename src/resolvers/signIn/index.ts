export { createSignInResolver } from './createSignInResolver';
export type { CreateSignInResolverOptions } from './createSignInResolver';
export type { OwnershipExtension } from './issueIdentity';
export type { SignInDecisionEvent } from './SignInDecisionEvent';
