import type { SignInError } from '../errors';
import type { TokenAnswer } from './TokenAnswer';

const tokensOfError = new WeakMap<SignInError, TokenAnswer>();

/**
 * Notes that a refresh failed after Bitbucket had changed the tokens of the session. Kept outside the
 * error, where no log and no answer can show it.
 *
 * @internal
 */
export function markUndelivered(error: SignInError, tokens: TokenAnswer): void {
  tokensOfError.set(error, tokens);
}

/**
 * The tokens that the browser must get although its refresh failed with this error.
 *
 * @internal
 */
export function undeliveredTokens(error: SignInError): TokenAnswer | undefined {
  return tokensOfError.get(error);
}
