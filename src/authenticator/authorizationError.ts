import { createSignInError } from '../errors';
import type { SignInError } from '../errors';
import type { OAuthError } from './readOAuthError';

/**
 * The error for a refusal that Bitbucket Server put into the redirect back to Backstage.
 *
 * @internal
 */
export function authorizationError(error: OAuthError, askedScope: string | undefined): SignInError {
  const detail = `Bitbucket Server redirected back with ${error.text}`;
  switch (error.code) {
    case 'access_denied':
      return createSignInError('AUTHORIZATION_DENIED', { phase: 'authorize', detail });
    case 'invalid_scope': {
      const hint = describeScopes(error.description ?? '', askedScope);
      return createSignInError('AUTHORIZATION_SCOPE_INVALID', {
        phase: 'authorize',
        detail: `${detail}. ${hint}`,
        hint,
      });
    }
    case 'temporarily_unavailable':
    case 'server_error':
      return createSignInError('BITBUCKET_UNAVAILABLE', { phase: 'authorize', detail });
    default:
      return createSignInError('AUTHORIZATION_FAILED', { phase: 'authorize', detail });
  }
}

/** As recorded: `The scope used in the request ['A B'] is not valid for client scope ['A']`. */
const recorded = /scope used in the request \['([^']*)'\][^[]*client scope \['([^']*)'\]/i;

function describeScopes(description: string, askedScope: string | undefined): string {
  const [, askedText, grantedText] = recorded.exec(description) ?? [];
  // Bitbucket adds the scopes that those of the request include, so the request itself is clearer.
  const asked = scopesOf(askedScope ?? askedText ?? '');
  const granted = scopesOf(grantedText ?? '');
  const missing = asked.filter(scope => !granted.includes(scope));
  const known = granted.length > 0;
  return [
    `Asked for: ${list(asked)}.`,
    `The application link grants: ${known ? list(granted) : 'not said'}.`,
    'To mend it, either let the frontend ask for less',
    `(set the defaultScopes of its Bitbucket Server auth API to ${known ? list(granted) : 'PUBLIC_REPOS'}; signing in needs only PUBLIC_REPOS),`,
    `or tick ${known && missing.length > 0 ? list(missing) : 'the scopes that it asks for'} on the application link in Bitbucket Server.`,
  ].join(' ');
}

/** Only what looks like a scope: the text comes from the address bar and goes to a page. */
function scopesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(scope => /^[A-Z_]{1,40}$/.test(scope));
}

function list(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'none' : scopes.join(' ');
}
