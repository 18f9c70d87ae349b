export { createReference, createSignInError, isSignInError, SignInError } from './SignInError';
export type { CreateSignInErrorOptions, SignInErrorInit, SignInErrorPhase } from './SignInError';
export { signInErrorCodes } from './codes';
export type { SignInErrorCode, SignInErrorFault, SignInErrorName } from './codes';
export { createRefusalLog, refusalLogLevel } from './refusalLog';
export type { RefusalLog } from './refusalLog';
