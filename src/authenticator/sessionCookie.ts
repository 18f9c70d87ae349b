import { createSignInError } from '../errors';
import { sha256 } from '../shared';
import { scopesOf } from './scopes';

/** What a browser keeps of its session, in the refresh token cookie of Backstage. */
export interface BrowserSession {
  readonly refreshToken: string;
  /** What the person has granted. `undefined` when nothing is known of it. */
  readonly scope?: string;
}

/** Puts the session into the value of the cookie, and takes it out again. */
export interface SessionCookie {
  readonly write: (session: BrowserSession) => string;
  /** @throws SignInError `SESSION_ENDED` for the session of another server or application link */
  readonly read: (value: string) => BrowserSession;
}

const format = /^bbs1:([\w-]{12}):([A-Z_+]*):(.+)$/s;

/**
 * The cookie holds more than the refresh token:
 * - the granted scope, which Bitbucket's token answer does not repeat at a refresh: in the browser it
 *   outlives every restart, and needs no memory that replicas share;
 * - which server and application link the token belongs to, so that it is never sent to another one.
 *
 * A value without them is the plain token that upstream's module has set.
 *
 * @internal
 */
export function createSessionCookie(baseUrl: string, clientId: string): SessionCookie {
  const issuer = sha256(`${baseUrl}\n${clientId}`).slice(0, 12);
  return {
    write: ({ refreshToken, scope }) =>
      `bbs1:${issuer}:${scopesOf(scope).join('+')}:${refreshToken}`,
    read(value) {
      const [, from, scopes, refreshToken] = format.exec(value) ?? [];
      if (refreshToken === undefined) return { refreshToken: value };
      if (from !== issuer) {
        throw createSignInError('SESSION_ENDED', {
          phase: 'token',
          detail:
            'The refresh token belongs to another Bitbucket Server or application link; it was not sent anywhere',
        });
      }
      return { refreshToken, scope: scopes ? scopes.replaceAll('+', ' ') : undefined };
    },
  };
}
