import { isSignInError } from '../errors';
import type { SignInError } from '../errors';
import type { BitbucketServerUser } from '../profile';
import type { TokenAnswer } from './tokenClient';

/** The tokens of a session after an exchange. */
export interface RotatedTokens {
  readonly tokens: TokenAnswer & { readonly refreshToken: string };
  /** To be called when the browser has the tokens. */
  readonly delivered: () => void;
}

/** A session with the person that it belongs to. */
export interface RefreshAnswer extends RotatedTokens {
  readonly user: BitbucketServerUser;
}

const rotated = new WeakMap<SignInError, RotatedTokens>();

/** Notes that a refresh failed with this error after its exchange. */
export function keepRotatedTokens(error: SignInError, tokens: RotatedTokens): void {
  rotated.set(error, tokens);
}

/**
 * The tokens of a refresh that failed after its exchange: the browser must get them with the error.
 * Kept outside the error, where no log and no answer can show them.
 *
 * @internal
 */
export function rotatedTokensOf(error: unknown): RotatedTokens | undefined {
  return isSignInError(error) ? rotated.get(error) : undefined;
}
