import { createSignInError, isSignInError, signInErrorCodes } from '../errors';
import type { TokenAnswer } from './TokenAnswer';
import { authorizationError } from './authorizationError';
import { readCallbackState } from './createAuthorizeUrl';
import { createCodeRegister } from './createCodeRegister';
import type { TokenClient } from './createTokenClient';
import { createPkceVerifier } from './createPkceVerifier';
import { readOAuthError } from './readOAuthError';

export interface CodeFlowOptions {
  readonly clientSecret: string;
  readonly tokenClient: TokenClient;
  readonly now: () => number;
}

/** Turns the query of a callback into tokens. Throws {@link SignInError} only. */
export type CodeFlow = (
  query: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
) => Promise<TokenAnswer>;

/**
 * Makes the second half of the authorization code flow: Bitbucket's answer to the consent page.
 *
 * @internal
 */
export function createCodeFlow(options: CodeFlowOptions): CodeFlow {
  const codes = createCodeRegister(options.now);
  return async (query, signal) => {
    const { nonce, scope } = readCallbackState(typeof query.state === 'string' ? query.state : '');
    const { code, error } = query;
    if (error !== undefined) {
      throw authorizationError(readOAuthError(query, [options.clientSecret]), scope);
    }
    if (typeof code !== 'string' || code === '') {
      throw createSignInError('AUTHORIZATION_FAILED', {
        phase: 'authorize',
        detail: 'Bitbucket Server redirected back with neither a code nor an error',
      });
    }
    if (!codes.take(code)) {
      throw createSignInError('AUTHORIZATION_CODE_REJECTED', {
        phase: 'token',
        detail: 'The authorization code was used before; Bitbucket Server was not asked again',
        hint: 'It was already used: the page was probably loaded again.',
      });
    }
    try {
      const verifier = createPkceVerifier(options.clientSecret, nonce);
      const tokens = await options.tokenClient.exchangeCode(code, verifier, signal);
      // RFC 6749 §5.1: without a word about it, the scope is the one that was asked for.
      return { ...tokens, scope: tokens.scope ?? scope };
    } catch (failure) {
      // A definite answer spends the code; a failure on the way may not have.
      if (
        isSignInError(failure) &&
        signInErrorCodes[failure.code].name === 'ServiceUnavailableError'
      ) {
        codes.giveBack(code);
      }
      throw failure;
    }
  };
}
