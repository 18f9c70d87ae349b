/** RFC 5321 §4.5.3.1.3: a path of 256 octets less its two angle brackets. */
const maxLength = 254;

// One "@", a local part and a domain. White space, controls, invisible and bidirectional characters
// (\p{C}, \p{Z}) and the characters that are only legal between quotes are refused on both sides: no
// mailbox of a company has them, and each has a meaning in some list, log or header further down.
const shape = /^[^\p{C}\p{Z}"(),:;<>@[\\\]]+@[^\p{C}\p{Z}"(),:;<>@[\\\]/%=+_]+$/u;

/**
 * Whether a value has the shape of an email address that may be matched against.
 *
 * Bitbucket does not check the shape of `emailAddress`: recorded payloads hold the word "email".
 * Quoted local parts and address literals are refused.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5321
 * @internal
 */
export function isEmailAddress(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxLength || !shape.test(value)) return false;
  const domain = value.slice(value.indexOf('@') + 1);
  return !domain.startsWith('.') && !domain.endsWith('.') && !domain.includes('..');
}
