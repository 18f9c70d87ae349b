import { createSignInError } from '../errors';
import type { BitbucketHttp } from '../http';
import { quote } from '../shared';

/** Who a token belongs to. */
export interface WhoAmI {
  /** Decoded, in Bitbucket's own spelling. Not the slug. */
  readonly username: string;
  /** Decimal digits. `undefined` when this server does not say. */
  readonly id?: string;
}

export interface FetchWhoAmIOptions {
  readonly http: BitbucketHttp;
  /** With the context path, without a slash at the end. */
  readonly baseUrl: string;
  readonly accessToken: string;
  readonly signal?: AbortSignal;
}

/**
 * Asks Bitbucket Server who a token belongs to.
 *
 * There is no resource for the current user; the server names the user in the headers of every
 * answer to an authenticated request. `application-properties` is the cheapest such answer, and
 * lies under `/rest`, where tokens are always looked at. It answers 200 to anonymous requests too,
 * so that only the header tells.
 *
 * @throws SignInError `NOT_SIGNED_IN` without a usable name, `BITBUCKET_*` when the call fails
 * @internal
 */
export async function fetchWhoAmI(options: FetchWhoAmIOptions): Promise<WhoAmI> {
  const { headers } = await options.http.getJson(
    `${options.baseUrl}/rest/api/latest/application-properties`,
    { accessToken: options.accessToken, signal: options.signal, phase: 'profile' },
  );
  const username = decodeUsername(headers.get('x-ausername'));
  const id = headers.get('x-auserid')?.trim() || undefined;
  if (id !== undefined && !/^\d{1,19}$/.test(id)) {
    throw notSignedIn(`The header X-AUSERID is no number: ${quote(id)}`);
  }
  // A habit of Atlassian's older products for a request without a user.
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
  return createSignInError('NOT_SIGNED_IN', { phase: 'profile', detail });
}
