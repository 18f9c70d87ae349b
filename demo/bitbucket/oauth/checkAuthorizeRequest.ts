import { type Answer, htmlAnswer } from '../http/Answer';
import { errorPage } from '../pages/errorPage';
import type { OAuthClient } from '../SimulatorOptions';
import type { World } from '../World';
import { expandScopes, splitScopes } from './expandScopes';
import { redirectBack } from './redirectBack';

/** A request that may be shown to the person. */
export interface AuthorizeRequest {
  client: OAuthClient;
  redirectUri: string;
  scopes: string[];
  state: string | null;
  codeChallenge?: string;
  codeChallengeMethod?: string;
}

/** The request, or the answer that refuses it. */
export type CheckedRequest = { request: AuthorizeRequest } | { refusal: Answer };

/**
 * Checks an authorization request. A wrong client or redirect address is told on a page and never redirected
 * to; everything else goes back to the client.
 */
export function checkAuthorizeRequest(
  { clients, requirePkce }: Pick<World, 'clients' | 'requirePkce'>,
  params: URLSearchParams,
): CheckedRequest {
  const client = clients.find(({ clientId }) => clientId === params.get('client_id'));
  if (!client) {
    return refuseOnPage('The client ID of this request does not belong to any application link.');
  }
  const redirectUri = params.get('redirect_uri');
  if (!redirectUri || !isAllowedRedirect(client, redirectUri)) {
    return refuseOnPage('The redirect URL of this request is not the one of the application link.');
  }
  const state = params.get('state');
  const refuse = (error: string, description: string) => ({
    refusal: redirectBack(redirectUri, { error, error_description: description }, state),
  });
  if (params.get('response_type') !== 'code') {
    return refuse('unsupported_response_type', 'Only the response type "code" is supported.');
  }
  const granted = expandScopes(client.scopes.length > 0 ? client.scopes : ['PUBLIC_REPOS']);
  const asked = expandScopes(splitScopes(params.get('scope')));
  if (asked.some(scope => !granted.includes(scope))) {
    // Word for word as recorded from a live server.
    return refuse(
      'invalid_scope',
      `The scope used in the request ['${asked.join(' ')}'] is not valid for client scope ['${granted.join(' ')}']`,
    );
  }
  const codeChallenge = params.get('code_challenge') || undefined;
  const codeChallengeMethod = params.get('code_challenge_method') ?? 'plain';
  if (!codeChallenge && requirePkce) {
    return refuse('invalid_request', 'The parameter code_challenge is required.');
  }
  if (codeChallenge && !['S256', 'plain'].includes(codeChallengeMethod)) {
    return refuse('invalid_request', 'The parameter code_challenge_method must be S256 or plain.');
  }
  const pkce = codeChallenge ? { codeChallenge, codeChallengeMethod } : {};
  const scopes = asked.length > 0 ? asked : granted;
  return { request: { client, redirectUri, scopes, state, ...pkce } };
}

function refuseOnPage(message: string): CheckedRequest {
  return { refusal: htmlAnswer(400, errorPage('Invalid authorization request', message)) };
}

function isAllowedRedirect({ redirectUris }: OAuthClient, redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) {
    return false;
  }
  if (redirectUris.length > 0) {
    return redirectUris.includes(redirectUri);
  }
  const { protocol, hostname } = new URL(redirectUri);
  return (
    ['http:', 'https:'].includes(protocol) && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  );
}
