import { SignInError } from '../errors';
import { quote, redact } from '../shared';
import { scopesOf } from './session';

/** An OAuth error (RFC 6749) from a redirect or a response body. */
interface OAuthError {
  /** `undefined` when the body names none. */
  readonly code?: string;
  readonly description?: string;
  /** For the log: both of them, quoted, without secrets. */
  readonly text: string;
}

/**
 * Reads `error` and `error_description` of a body of the token endpoint or of the query of a redirect.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function readOAuthError(source: unknown, secrets: readonly string[]): OAuthError {
  const fields = (typeof source === 'object' && source !== null ? source : {}) as {
    readonly error?: unknown;
    readonly error_description?: unknown;
  };
  // The server may echo what it was sent.
  const clean = (value: unknown) =>
    typeof value === 'string' && value !== '' ? redact(value, secrets) : undefined;
  const code = clean(fields.error);
  const description = clean(fields.error_description);
  const text = [
    code === undefined ? 'no error code' : `error ${quote(code)}`,
    description === undefined ? '' : `description ${quote(description)}`,
  ].filter(Boolean);
  return { code, description, text: text.join(', ') };
}

/** Which scopes were requested, and where they came from. */
interface ScopeRequest {
  /** Everything that Bitbucket Server was asked for. */
  readonly scope: string;
  /** Scopes that the configuration adds to each request. */
  readonly additionalScopes: readonly string[];
  /** Whether the browser was signed in already, so that a plugin asked for more. */
  readonly signedIn: boolean;
}

/** The error for a refusal that Bitbucket Server put into the redirect back to Backstage. */
export function authorizationError(error: OAuthError, request: ScopeRequest): SignInError {
  const detail = `Bitbucket Server redirected back with ${error.text}`;
  switch (error.code) {
    case 'access_denied':
      return new SignInError('AUTHORIZATION_DENIED', { phase: 'authorize', detail });
    case 'invalid_scope': {
      const hint = describeScopes(error.description ?? '', request);
      return new SignInError('AUTHORIZATION_SCOPE_INVALID', {
        phase: 'authorize',
        detail: `${detail}. ${hint}`,
        hint,
      });
    }
    case 'temporarily_unavailable':
    case 'server_error':
      return new SignInError('BITBUCKET_UNAVAILABLE', { phase: 'authorize', detail });
    default:
      return new SignInError('AUTHORIZATION_FAILED', { phase: 'authorize', detail });
  }
}

/** As recorded: `The scope used in the request ['A B'] is not valid for client scope ['A']`. */
const recorded = /scope used in the request \['[^']*'\][^[]*client scope \['([^']*)'\]/i;

function describeScopes(description: string, request: ScopeRequest): string {
  const [, grantedText] = recorded.exec(description) ?? [];
  // Bitbucket adds the scopes that those of the request include, so the request itself is clearer.
  const asked = scopesOf(request.scope);
  const granted = scopesOf(grantedText);
  const known = granted.length > 0;
  const missing = asked.filter(scope => !known || !granted.includes(scope));
  const configured = missing.filter(scope => request.additionalScopes.includes(scope));
  const fromFrontend = missing.filter(scope => !configured.includes(scope));
  const less = known ? list(granted) : 'PUBLIC_REPOS';
  const fixes = [
    configured.length > 0 &&
      `remove ${list(configured)} from "additionalScopes" of the provider's configuration`,
    fromFrontend.length > 0 &&
      (request.signedIn
        ? `find out which feature of the frontend asked for ${list(fromFrontend)} after the sign-in`
        : `let the frontend ask for less (set the defaultScopes of its Bitbucket Server auth API to ${less}; signing in needs only PUBLIC_REPOS)`),
    `tick ${known && missing.length > 0 ? list(missing) : 'the scopes that it asks for'} on the application link in Bitbucket Server`,
  ].filter(Boolean);
  return [
    `Requested: ${list(asked)}.`,
    `The application link grants: ${known ? list(granted) : 'unknown'}.`,
    `To fix it, either ${fixes.join(', or ')}.`,
  ].join(' ');
}

function list(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'none' : scopes.join(' ');
}
