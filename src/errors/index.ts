export { createReference, createSignInError, isSignInError, SignInError } from './SignInError';
export type { CreateSignInErrorOptions, SignInErrorInit, SignInErrorPhase } from './SignInError';
export { signInErrorCodes } from './codes';
export type { SignInErrorCode, SignInErrorFault, SignInErrorName } from './codes';
export { createRefusalLog } from './refusalLog';
export type { RefusalLog } from './refusalLog';
