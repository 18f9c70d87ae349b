import { createHash } from 'node:crypto';
import type { OAuthSession } from '@backstage/plugin-auth-node';
import { SignInError } from '../errors';

/** What the token endpoint returns. */
export interface TokenAnswer {
  readonly accessToken: string;
  /** `undefined` when the server does not say. */
  readonly scope?: string;
  readonly expiresInSeconds?: number;
  readonly refreshToken?: string;
}

/** Each of these scopes of Bitbucket Server includes those after it. */
const scopeHierarchy = ['PROJECT_ADMIN', 'REPO_ADMIN', 'REPO_WRITE', 'REPO_READ', 'PUBLIC_REPOS'];

/** The scopes of a list; what does not look like a scope is left out. */
export function scopesOf(list: string | undefined): string[] {
  return (list ?? '').split(/[\s,|+]+/).filter(scope => /^[A-Z_]{1,40}$/.test(scope));
}

/**
 * The scopes with all that they include, as in Bitbucket Server: whoever may write a repository may
 * read it. So a plugin that needs an included scope does not ask for consent again.
 *
 * @see https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html
 */
function withIncludedScopes(scopes: readonly string[]): string[] {
  const highest = scopeHierarchy.findIndex(scope => scopes.includes(scope));
  return [...new Set([...scopes, ...(highest < 0 ? [] : scopeHierarchy.slice(highest))])];
}

const format = /^bbs1:([\w-]{12}):([A-Z_+]*):(.+)$/s;

/**
 * Reads and writes the session cookie, which holds more than the refresh token:
 * - the granted scope, because Bitbucket does not repeat it at a refresh. In the browser it survives
 *   restarts, and replicas need not share it;
 * - which server and application link the token belongs to, so that it is never sent to another one.
 *
 * A value without these is a plain token, as upstream's module sets it.
 */
export function createSessionCookie(baseUrl: string, clientId: string) {
  const issuer = sha256(`${baseUrl}\n${clientId}`).slice(0, 12);
  return {
    /**
     * The refresh token, and what the person has granted, if that is known.
     *
     * @throws SignInError `SESSION_ENDED` for the session of another server or application link
     */
    read(value: string): { readonly refreshToken: string; readonly scope?: string } {
      const [, from, scopes, refreshToken] = format.exec(value) ?? [];
      if (refreshToken === undefined) return { refreshToken: value };
      if (from !== issuer) {
        throw sessionEnded(
          'The refresh token belongs to another Bitbucket Server or application link; it was not sent anywhere',
        );
      }
      return { refreshToken, scope: scopes ? scopes.replaceAll('+', ' ') : undefined };
    },

    /**
     * The session in the form that Backstage expects, with all scopes that the granted ones include.
     *
     * @param knownScope - the scope that was requested or granted before; it applies when the response
     * names none
     * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
     */
    toOAuthSession(tokens: TokenAnswer, knownScope: string | undefined): OAuthSession {
      const { accessToken, refreshToken, expiresInSeconds } = tokens;
      const scopes = scopesOf(tokens.scope ?? knownScope);
      return {
        accessToken,
        tokenType: 'bearer',
        scope: withIncludedScopes(scopes).join(' '),
        expiresInSeconds,
        refreshToken: refreshToken && `bbs1:${issuer}:${scopes.join('+')}:${refreshToken}`,
      };
    },
  };
}

/**
 * For the error of a refresh that failed after the exchange: the new session, which the browser must
 * get nevertheless.
 */
export const undeliveredSessions = new WeakMap<object, OAuthSession>();

export function sessionEnded(detail: string): SignInError {
  return new SignInError('SESSION_ENDED', { phase: 'token', detail });
}

/** In base64url. Serves as a key in memory where the token itself should not be kept. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
