export { signInErrorCodes } from './codes';
export type { SignInErrorCode } from './codes';
export { createRefusalLog, refusalLogLevel } from './refusalLog';
export type { RefusalLog } from './refusalLog';
export { isSignInError, SignInError } from './SignInError';
