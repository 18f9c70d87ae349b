import { quote, redact } from '../shared';

/** An error as RFC 6749 puts it into a redirect or a body. */
export interface OAuthError {
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
 * @internal
 */
export function readOAuthError(source: unknown, secrets: readonly string[]): OAuthError {
  const fields = (typeof source === 'object' && source !== null ? source : {}) as {
    readonly error?: unknown;
    readonly error_description?: unknown;
  };
  // A server may echo what it was sent.
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
