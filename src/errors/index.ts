export { SignInError, isSignInError } from './SignInError';
export type { SignInErrorInit, SignInErrorStep } from './SignInError';
export { signInErrorCodes } from './signInErrorCodes';
export type { SignInErrorCode, SignInErrorFault, SignInErrorName } from './signInErrorCodes';
export { createReference, createSignInError } from './createSignInError';
export type { CreateSignInErrorOptions } from './createSignInError';
export { logSignInError } from './logSignInError';
export { quote } from './quote';
