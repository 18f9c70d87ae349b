import { z } from 'zod/v3';
import { isSignInError, SignInError } from '../errors';
import type { BitbucketHttp, GetJsonOptions } from '../http';
import { quote } from '../shared';
import { parseBitbucketServerUser } from './bitbucketServerUser';
import type { BitbucketServerUser } from './bitbucketServerUser';

/** As in upstream: the size of the picture in pixels. */
const avatarSize = 256;
const pageSize = 1_000;
/** Stop after this many users: the search is too broad to find one person. */
const maxPages = 20;

/** The server to read users from, and the credentials. */
export interface UserRequest extends Pick<
  GetJsonOptions,
  'accessToken' | 'authorization' | 'signal'
> {
  readonly http: BitbucketHttp;
  /** Base URL of Bitbucket Server, with the context path, without a slash at the end. */
  readonly baseUrl: string;
}

/**
 * Reads the user with a slug; `undefined` when there is none.
 *
 * @throws SignInError `USER_PAYLOAD_INVALID`, `BITBUCKET_*`
 */
export async function fetchUserBySlug(
  { http, baseUrl, ...request }: UserRequest,
  slug: string,
): Promise<BitbucketServerUser | undefined> {
  const url = `${baseUrl}/rest/api/latest/users/${encodeURIComponent(slug)}?avatarSize=${avatarSize}`;
  try {
    const { json } = await http.getJson(url, { ...request, operation: 'read_user' });
    return parseBitbucketServerUser(json);
  } catch (error) {
    if (isSignInError(error) && error.code === 'BITBUCKET_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Reads the one user whose name is exactly the given one.
 *
 * The slug is guessed from the name, which is right for most names and saves a search. The answer
 * counts only when it has exactly this name. Otherwise the user is searched for.
 *
 * @throws SignInError `USER_NOT_READABLE`, `USER_PAYLOAD_INVALID`, `BITBUCKET_*`
 */
export async function fetchUserByName(
  request: UserRequest,
  username: string,
): Promise<BitbucketServerUser> {
  const slug = username.toLowerCase().replace(/[^a-z0-9._-]/g, '_');
  // "." and ".." would be path segments of the URL.
  const guessed = /[a-z0-9_-]/.test(slug) ? await fetchUserBySlug(request, slug) : undefined;
  if (guessed?.name === username) return guessed;
  const found = await readUsersNamed(request, 'users', username);
  if (found.length !== 1) {
    throw new SignInError('USER_NOT_READABLE', {
      phase: 'profile',
      detail: `${found.length === 0 ? 'No user' : `${found.length} users`} named exactly ${quote(username)}`,
    });
  }
  return parseBitbucketServerUser(found[0]);
}

const pageSchema = z.object({
  values: z.array(z.unknown()),
  isLastPage: z.boolean().optional(),
  nextPageStart: z.number().int().nonnegative().nullish(),
});

/** The plain list, and the one with directories, which needs an account with more permissions. */
const lists = {
  users: { operation: 'find_users', query: { avatarSize: String(avatarSize) } },
  'admin/users': { operation: 'find_directory', query: {} },
} as const;

/**
 * The entries of a list of users that have exactly the given name, not validated further.
 *
 * The filter of the list matches every user whose name, display name or email address contains the
 * text, so pages are read until one has a user with exactly this name. No two users share a name.
 *
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (users)
 * @throws SignInError `USER_NOT_READABLE`, `BITBUCKET_*`
 */
export async function readUsersNamed(
  { http, baseUrl, ...request }: UserRequest,
  list: keyof typeof lists,
  username: string,
): Promise<unknown[]> {
  const { operation, query } = lists[list];
  let start = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const search = new URLSearchParams({
      ...query,
      filter: username,
      limit: String(pageSize),
      start: String(start),
    });
    const url = `${baseUrl}/rest/api/latest/${list}?${search}`;
    const { json } = await http.getJson(url, { ...request, operation });
    const { data } = pageSchema.safeParse(json);
    if (!data) throw invalidPage(start, 'is not a page of users');
    const isLast = data.isLastPage ?? data.nextPageStart == null;
    const next = isLast ? undefined : (data.nextPageStart ?? start);
    // A page that points back to itself would cause an endless loop.
    if (next !== undefined && next <= start) {
      throw invalidPage(start, `continues at ${quote(data.nextPageStart)}`);
    }
    const found = data.values.filter(
      value => (value as { readonly name?: unknown } | null)?.name === username,
    );
    if (found.length > 0 || next === undefined) return found;
    start = next;
  }
  throw new SignInError('USER_NOT_READABLE', {
    phase: 'profile',
    detail: `More than ${maxPages} pages of users contain ${quote(username)}`,
  });
}

function invalidPage(start: number, what: string) {
  return new SignInError('BITBUCKET_RESPONSE_INVALID', {
    phase: 'profile',
    detail: `The page of users that starts at ${start} ${what}`,
  });
}
