import type { SignInErrorCode } from '../errors';
import { quote } from '../errors';

/**
 * The error code of a status that is no success.
 *
 * @internal
 */
export function codeOfStatus(status: number): SignInErrorCode {
  if (status >= 300 && status < 400) return 'BITBUCKET_REDIRECTED';
  if (status === 401 || status === 403) return 'BITBUCKET_REFUSED';
  if (status === 404) return 'BITBUCKET_NOT_FOUND';
  if (status === 429) return 'BITBUCKET_RATE_LIMITED';
  if (status >= 500) return 'BITBUCKET_UNAVAILABLE';
  return 'BITBUCKET_RESPONSE_INVALID';
}

/**
 * Where a redirect leads, without the query, which may hold anything.
 *
 * @internal
 */
export function describeRedirect(location: string | null, url: string): string {
  if (!location) return 'without saying where';
  try {
    const target = new URL(location, url);
    return `to ${quote(`${target.origin}${target.pathname}`)}`;
  } catch {
    return 'to an address that is no URL';
  }
}

interface ErrorEntry {
  readonly exceptionName?: unknown;
  readonly message?: unknown;
}

/**
 * What Bitbucket's error body says: `{ errors: [{ exceptionName, message }] }`. Empty when it says
 * nothing. The caller takes secrets out before.
 *
 * @internal
 */
export function describeErrorBody(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const { errors } = json as { readonly errors?: unknown };
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null) return '';
  const { exceptionName, message } = first as ErrorEntry;
  const parts = [
    typeof exceptionName === 'string' ? `exception ${quote(exceptionName)}` : '',
    typeof message === 'string' ? `message ${quote(message)}` : '',
  ].filter(Boolean);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
