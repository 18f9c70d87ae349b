import type { OAuthSession } from '@backstage/plugin-auth-node';
import { isSignInError } from '../errors';
import type { SignInError } from '../errors';
import { scopesOf, withIncludedScopes } from './scopes';
import type { SessionCookie } from './sessionCookie';
import type { TokenAnswer } from './tokenClient';

/**
 * The session as Backstage wants it, with all that its scopes include.
 *
 * @param knownScope - that was asked for or granted before: without a word about it, the scope is that
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 * @internal
 */
export function toOAuthSession(
  cookie: SessionCookie,
  tokens: TokenAnswer,
  knownScope: string | undefined,
): OAuthSession {
  const { accessToken, refreshToken, expiresInSeconds } = tokens;
  const scopes = scopesOf(tokens.scope ?? knownScope);
  return {
    accessToken,
    tokenType: 'bearer',
    scope: withIncludedScopes(scopes).join(' '),
    expiresInSeconds,
    refreshToken: refreshToken && cookie.write({ refreshToken, scope: scopes.join(' ') }),
  };
}

/** Sessions of refreshes that failed after their exchange. */
const undelivered = new WeakMap<SignInError, OAuthSession>();

/** Notes that the browser has not got the session, because its refresh failed with this error. */
export function keepUndelivered(error: SignInError, session: OAuthSession): void {
  undelivered.set(error, session);
}

/**
 * The session that the browser must get although its refresh failed with this error.
 *
 * @internal
 */
export function undeliveredSessionOf(error: unknown): OAuthSession | undefined {
  return isSignInError(error) ? undelivered.get(error) : undefined;
}
