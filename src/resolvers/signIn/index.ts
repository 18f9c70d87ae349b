export { createSignInResolver } from './createSignInResolver';
export type { CreateSignInResolverOptions } from './createSignInResolver';
export type { OwnershipExtension } from './issueIdentity';
export type { SignInDecisionEvent } from './SignInDecisionEvent';
export { createCompleteSubject } from './createCompleteSubject';
export type { FindDirectory } from './createCompleteSubject';
