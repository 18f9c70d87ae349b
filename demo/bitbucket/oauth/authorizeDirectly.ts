import type { SimulatedPerson } from '../SimulatorOptions';
import type { World } from '../World';
import { checkAuthorizeRequest } from './checkAuthorizeRequest';
import type { AuthorizeOptions, TokenPair } from './GrantStore';
import { grantCode } from './handleConsent';

/**
 * What a person who presses Allow sets off, without a browser.
 *
 * @throws Error when the server would refuse the request.
 */
export function authorizeDirectly(
  world: World,
  person: SimulatedPerson,
  options: AuthorizeOptions,
): { code: string; redirectUrl: string } {
  const params = new URLSearchParams({
    client_id: options.clientId ?? world.clients[0]?.clientId ?? '',
    redirect_uri: options.redirectUri,
    response_type: 'code',
  });
  const optional: Record<string, string | undefined> = {
    scope: options.scope,
    state: options.state,
    code_challenge: options.codeChallenge,
    code_challenge_method: options.codeChallengeMethod,
  };
  for (const [name, value] of Object.entries(optional)) {
    if (value !== undefined) {
      params.set(name, value);
    }
  }
  const checked = checkAuthorizeRequest(world, params);
  if ('refusal' in checked) {
    const { status, headers } = checked.refusal;
    throw new Error(`The simulator refuses to authorize: ${status} ${headers.Location ?? ''}`);
  }
  const redirectUrl = grantCode(world, checked.request, person).headers.Location ?? '';
  return { code: new URL(redirectUrl).searchParams.get('code') ?? '', redirectUrl };
}

/**
 * The tokens that such a consent leads to, for the first client. PKCE has nothing to prove here.
 *
 * @throws Error when the server would refuse the request.
 */
export function issueTokensDirectly(
  world: World,
  person: SimulatedPerson,
  scope: string | undefined,
): TokenPair {
  const { clientId = '', redirectUris = [] } = world.clients[0] ?? {};
  const redirectUri = redirectUris[0] ?? 'http://localhost/';
  const { code } = authorizeDirectly({ ...world, requirePkce: false }, person, {
    redirectUri,
    scope,
  });
  return world.grants.issueTokens(person, clientId, world.grants.takeCode(code)?.familyId);
}
