export { createSignInObserver } from './createSignInObserver';
export type { SignInObserver, SignInObserverOptions } from './createSignInObserver';
