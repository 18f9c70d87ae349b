import type { SignInErrorCode } from '../errors';

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
