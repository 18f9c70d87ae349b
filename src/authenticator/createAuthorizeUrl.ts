import { decodeOAuthState, encodeOAuthState } from '@backstage/plugin-auth-node';
import type { OAuthState } from '@backstage/plugin-auth-node';
import { createPkceChallenge } from './createPkceChallenge';
import { createPkceVerifier } from './createPkceVerifier';

export interface AuthorizeUrlOptions {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackUrl: string;
  readonly scope: string;
  /** As Backstage made it: hexadecimal, so that Bitbucket's decoding of it on the way back changes nothing. */
  readonly state: string;
}

/**
 * The address of Bitbucket's consent page. Asks for no scope that it was not told to ask for.
 *
 * @see https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html
 * @internal
 */
export function createAuthorizeUrl(options: AuthorizeUrlOptions): string {
  const { scope } = options;
  const decoded = decodeState(options.state);
  // Bitbucket's token answer need not repeat the scope, so the state brings it back.
  const state = decoded && scope ? encodeOAuthState({ ...decoded, scope }) : options.state;
  const verifier = createPkceVerifier(options.clientSecret, decoded?.nonce ?? options.state);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: options.callbackUrl,
    ...(scope && { scope }),
    state,
    code_challenge: createPkceChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return `${options.baseUrl}/rest/oauth2/latest/authorize?${query}`;
}

/** What the state of a callback says. Its nonce was compared with the cookie before. */
export interface CallbackState {
  readonly nonce: string;
  readonly scope?: string;
}

/** @internal */
export function readCallbackState(state: string): CallbackState {
  const decoded = decodeState(state);
  return { nonce: decoded?.nonce ?? state, scope: decoded?.scope };
}

/** `undefined` for a state that is not Backstage's own, which then serves as a whole. */
function decodeState(state: string): OAuthState | undefined {
  try {
    return decodeOAuthState(state);
  } catch {
    return undefined;
  }
}
