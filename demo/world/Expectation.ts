import type { SignInErrorCode } from '../../src';

/** What one of the demo's people shows, and what their sign-in must give. */
export interface Expectation {
  /** `name` of the Bitbucket account. */
  readonly username: string;
  readonly shows: string;
  readonly expect: SignedIn | { readonly code: SignInErrorCode };
}

interface SignedIn {
  readonly entityRef: string;
  /** What the person owns things through besides the own entity. Default: not looked at. */
  readonly groups?: readonly string[];
}
