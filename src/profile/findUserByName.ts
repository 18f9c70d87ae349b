import { z } from 'zod/v3';
import { createSignInError, quote } from '../errors';
import type { BitbucketHttp } from '../http';
import type { BitbucketServerUser } from './BitbucketServerUser';
import { parseBitbucketServerUser } from './parseBitbucketServerUser';

const pageSize = 500;
/** A filter that matches more than 20,000 users is no search for one any more. */
const maxPages = 40;
/** As upstream: the size of the picture that Backstage shows, in pixels. */
const avatarSize = 256;

const pageSchema = z.object({
  values: z.array(z.unknown()),
  isLastPage: z.boolean().optional(),
  nextPageStart: z.number().int().nonnegative().nullish(),
});

export interface FindUserByNameOptions {
  readonly http: BitbucketHttp;
  readonly baseUrl: string;
  readonly accessToken: string;
  readonly username: string;
  readonly signal?: AbortSignal;
}

/**
 * The one user whose name is exactly the given one.
 *
 * The slug would be the key of a direct request, but cannot be derived from the name. The filter of
 * the list matches every user whose name, display name or email address contains the text: all pages
 * are read, and nothing but an equal name counts.
 *
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (users)
 * @throws SignInError `USER_NOT_READABLE`, `USER_PAYLOAD_INVALID`, `BITBUCKET_*`
 * @internal
 */
export async function findUserByName(options: FindUserByNameOptions): Promise<BitbucketServerUser> {
  const found: unknown[] = [];
  for (let page = 0, start: number | undefined = 0; start !== undefined; page += 1) {
    if (page === maxPages) {
      throw notReadable(`More than ${maxPages} pages of users contain ${quote(options.username)}`);
    }
    const { values, next } = await fetchPage(options, start);
    found.push(...values.filter(value => nameOf(value) === options.username));
    start = next;
  }
  if (found.length !== 1) {
    throw notReadable(
      `${found.length === 0 ? 'No user' : `${found.length} users`} named exactly ${quote(options.username)}`,
    );
  }
  return parseBitbucketServerUser(found[0]);
}

async function fetchPage(options: FindUserByNameOptions, start: number) {
  const { baseUrl, accessToken, signal } = options;
  const query = new URLSearchParams({
    filter: options.username,
    avatarSize: String(avatarSize),
    limit: String(pageSize),
    start: String(start),
  });
  const { json } = await options.http.getJson(`${baseUrl}/rest/api/latest/users?${query}`, {
    accessToken,
    signal,
    step: 'profile',
  });
  const page = pageSchema.safeParse(json);
  if (!page.success) throw invalidPage(start, 'is no page of users');
  const { values, isLastPage, nextPageStart } = page.data;
  if (isLastPage === true || (isLastPage === undefined && nextPageStart == null)) {
    return { values, next: undefined };
  }
  // A page that points back to itself would be read for ever.
  if (nextPageStart == null || nextPageStart <= start) {
    throw invalidPage(start, `goes on at ${quote(nextPageStart)}`);
  }
  return { values, next: nextPageStart };
}

function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? (value as { readonly name?: unknown }).name
    : undefined;
}

function notReadable(detail: string) {
  return createSignInError('USER_NOT_READABLE', { step: 'profile', detail });
}

function invalidPage(start: number, what: string) {
  return createSignInError('BITBUCKET_RESPONSE_INVALID', {
    step: 'profile',
    detail: `The page of users that starts at ${start} ${what}`,
  });
}
