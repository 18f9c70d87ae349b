export { createSignInObserver } from './createSignInObserver';
export type { SignInObserver } from './createSignInObserver';
