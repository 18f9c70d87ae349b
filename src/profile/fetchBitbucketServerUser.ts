import { createBitbucketHttp } from '../http';
import type { BitbucketServerUser } from './BitbucketServerUser';
import { readSignedInUser } from './readSignedInUser';

/** @public */
export interface FetchBitbucketServerUserOptions {
  /** With the context path, e.g. `https://bitbucket.example.com/bitbucket`. */
  readonly baseUrl: string;
  /** An OAuth 2.0 access token with `PUBLIC_REPOS`, or an HTTP access token of the person. */
  readonly accessToken: string;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds per call. Default 10,000. */
  readonly timeoutMs?: number;
  /** Ends the work with `REQUEST_ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * Reads the user that a token belongs to, validated. Neither the activity nor the type of the user
 * is judged here.
 *
 * @throws SignInError
 * @public
 */
export async function fetchBitbucketServerUser(
  options: FetchBitbucketServerUserOptions,
): Promise<BitbucketServerUser> {
  const { baseUrl, fetch, timeoutMs, ...request } = options;
  return readSignedInUser({
    ...request,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    http: createBitbucketHttp({ fetch, timeoutMs }),
  });
}
