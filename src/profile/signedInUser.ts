import type { HumanDuration } from '@backstage/types';
import { SignInError } from '../errors';
import { createBitbucketHttp } from '../http';
import { quote } from '../shared';
import type { BitbucketServerUser } from './bitbucketServerUser';
import { fetchUserByName, fetchUserBySlug } from './users';
import type { UserRequest } from './users';

/** Who a token belongs to. */
interface WhoAmI {
  /** Decoded, in Bitbucket's own spelling. Not the slug. */
  readonly username: string;
  /** Decimal digits. `undefined` when this server does not say. */
  readonly id?: string;
}

type SignedInRequest = UserRequest & { readonly accessToken: string };

/**
 * Asks Bitbucket Server who a token belongs to.
 *
 * Bitbucket has no resource for the current user, but names the user in the headers of every response
 * to an authenticated request. `application-properties` is the cheapest resource under `/rest`, where
 * the server always checks tokens. It also answers 200 to anonymous requests, so only the header
 * proves anything.
 *
 * @throws SignInError `NOT_SIGNED_IN` without a usable name, `BITBUCKET_*` when the call fails
 */
async function fetchWhoAmI({ http, baseUrl, ...request }: SignedInRequest): Promise<WhoAmI> {
  const url = `${baseUrl}/rest/api/latest/application-properties`;
  const { headers } = await http.getJson(url, { ...request, operation: 'who_am_i' });
  const username = decodeUsername(headers.get('x-ausername'));
  const id = headers.get('x-auserid')?.trim() || undefined;
  if (id !== undefined && !/^\d{1,19}$/.test(id)) {
    throw notSignedIn(`The header X-AUSERID is not a number: ${quote(id)}`);
  }
  // Atlassian's older products send this name for a request without a user.
  if (username === 'anonymous' && id === undefined) {
    throw notSignedIn('The server treated the request as anonymous');
  }
  // Leading zeros would make the same number look like another one.
  return { username, id: id === undefined ? undefined : BigInt(id).toString() };
}

function decodeUsername(header: string | null): string {
  if (!header) throw notSignedIn('The answer has no header X-AUSERNAME');
  let username: string;
  try {
    username = decodeURIComponent(header);
  } catch {
    throw notSignedIn(`The header X-AUSERNAME is not percent-encoded UTF-8: ${quote(header)}`);
  }
  if (username.trim() === '') throw notSignedIn('The header X-AUSERNAME is empty');
  return username;
}

function notSignedIn(detail: string) {
  return new SignInError('NOT_SIGNED_IN', { phase: 'profile', detail });
}

/**
 * Reads the user that a token belongs to: first who it is, then the user of that name, who must have
 * the same id. If the previous user of the session is known, both are requested at once.
 *
 * @throws SignInError
 */
export async function readSignedInUser(
  request: SignedInRequest,
  previous?: BitbucketServerUser,
): Promise<BitbucketServerUser> {
  const prefetched = previous && fetchUserBySlug(request, previous.slug);
  // Only so that a failure is not an unhandled rejection. It is thrown where it is awaited.
  prefetched?.catch(() => undefined);
  const whoAmI = await fetchWhoAmI(request);
  const sameSlug = await prefetched;
  if (sameSlug && isSameUser(sameSlug, whoAmI)) return sameSlug;
  const user = await fetchUserByName(request, whoAmI.username);
  if (!isSameUser(user, whoAmI)) {
    throw new SignInError('USER_ID_MISMATCH', {
      phase: 'profile',
      detail: `The token belongs to the user id ${quote(whoAmI.id)}, but the user named ${quote(whoAmI.username)} has the id ${user.id}`,
    });
  }
  return user;
}

function isSameUser(user: BitbucketServerUser, whoAmI: WhoAmI): boolean {
  return (
    user.name === whoAmI.username && (whoAmI.id === undefined || String(user.id) === whoAmI.id)
  );
}

/**
 * Reads the user that a token belongs to, validated. Whether the account is active, and its type,
 * are not checked here.
 *
 * @throws SignInError
 * @public
 */
export async function fetchBitbucketServerUser(options: {
  /** With the context path, e.g. `https://bitbucket.example.com/bitbucket`. */
  readonly baseUrl: string;
  /** An OAuth 2.0 access token with `PUBLIC_REPOS`, or an HTTP access token of the person. */
  readonly accessToken: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Time limit of a call. Default ten seconds. */
  readonly timeout?: HumanDuration;
  /** Ends the work with `REQUEST_ABORTED`. */
  readonly signal?: AbortSignal;
}): Promise<BitbucketServerUser> {
  const { baseUrl, fetch, timeout, ...request } = options;
  return readSignedInUser({
    ...request,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    http: createBitbucketHttp({ fetch, timeout }),
  });
}
