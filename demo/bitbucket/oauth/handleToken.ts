import { type Answer, jsonAnswer } from '../http/Answer';
import { oauthError } from '../http/oauthError';
import type { RequestContext } from '../http/RequestContext';
import type { OAuthClient } from '../SimulatorOptions';
import type { World } from '../World';
import { ACCESS_TOKEN_LIFETIME_SECONDS } from './createGrantStore';
import type { TokenPair } from './GrantStore';
import { verifyPkce } from './verifyPkce';

/** `POST /rest/oauth2/latest/token`: parameters in the form body or the query string, the body wins. */
export function handleToken(world: World, { authorization, query, form }: RequestContext): Answer {
  const param = (name: string) => form.get(name) ?? query.get(name) ?? '';
  if (/^basic /i.test(authorization ?? '')) {
    const answer = oauthError(401, 'invalid_client', 'Client credentials belong into the body.');
    answer.headers['WWW-Authenticate'] = 'Basic realm="Bitbucket"';
    return answer;
  }
  const client = world.clients.find(({ clientId }) => clientId === param('client_id'));
  if (!client || client.clientSecret !== param('client_secret')) {
    return oauthError(400, 'invalid_client', 'Unknown client or wrong client secret.');
  }
  switch (param('grant_type')) {
    case 'authorization_code':
      return exchangeCode(world, client, param);
    case 'refresh_token':
      return refresh(world, client, param);
    case '':
      return oauthError(400, 'invalid_request', 'The parameter grant_type is missing.');
    default:
      return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported.');
  }
}

function exchangeCode(
  world: World,
  { clientId }: OAuthClient,
  param: (name: string) => string,
): Answer {
  if (!param('code')) {
    return oauthError(400, 'invalid_request', 'The parameter code is missing.');
  }
  const grant = world.grants.takeCode(param('code'));
  if (!grant || grant.clientId !== clientId || !world.people.includes(grant.person)) {
    return oauthError(400, 'invalid_grant', 'The code is unknown, expired or already used.');
  }
  if (grant.redirectUri !== param('redirect_uri')) {
    return oauthError(400, 'invalid_grant', 'The redirect URI is not the one of the request.');
  }
  const { codeChallenge, codeChallengeMethod = 'plain' } = grant;
  if (codeChallenge && !verifyPkce(param('code_verifier'), codeChallenge, codeChallengeMethod)) {
    return oauthError(400, 'invalid_grant', 'The code verifier does not match the challenge.');
  }
  return tokenAnswer(world, world.grants.issueTokens(grant.person, clientId, grant.familyId));
}

function refresh(world: World, { clientId }: OAuthClient, param: (name: string) => string): Answer {
  if (!param('refresh_token')) {
    return oauthError(400, 'invalid_request', 'The parameter refresh_token is missing.');
  }
  const pair = world.grants.rotate(param('refresh_token'), clientId);
  const person = pair && world.grants.personOf(pair.accessToken);
  return pair && person && world.people.includes(person)
    ? tokenAnswer(world, pair)
    : oauthError(400, 'invalid_grant', 'The refresh token is unknown, expired or already used.');
}

/** The documented answer; it says nothing about scopes. */
function tokenAnswer({ now }: World, { accessToken, refreshToken }: TokenPair): Answer {
  const answer = jsonAnswer(200, {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: ACCESS_TOKEN_LIFETIME_SECONDS,
    refresh_token: refreshToken,
    created_at: Math.floor(now() / 1000),
  });
  answer.headers['Cache-Control'] = 'no-store';
  return answer;
}
