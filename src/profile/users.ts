import { z } from 'zod/v3';
import { createSignInError } from '../errors';
import type { BitbucketHttp, GetJsonOptions } from '../http';
import { isSignInError } from '../errors';
import { quote } from '../shared';
import { parseBitbucketServerUser } from './bitbucketServerUser';
import type { BitbucketServerUser } from './bitbucketServerUser';

/** As in upstream: the size of the picture in pixels. */
const avatarSize = 256;
const pageSize = 1_000;
/** Stop after this many users: the search is too broad to find one person. */
const maxPages = 20;

/** Where and as whom users are read. */
export interface UserRequest extends Pick<
  GetJsonOptions,
  'accessToken' | 'authorization' | 'signal'
> {
  readonly http: BitbucketHttp;
  /** Of Bitbucket Server, with the context path, without a slash at the end. */
  readonly baseUrl: string;
}

/**
 * Reads the user with a slug.
 *
 * @returns `undefined` when there is none
 * @throws SignInError `USER_PAYLOAD_INVALID`, `BITBUCKET_*`
 * @internal
 */
export async function fetchUserBySlug(
  { http, baseUrl, ...request }: UserRequest,
  slug: string,
): Promise<BitbucketServerUser | undefined> {
  const url = `${baseUrl}/rest/api/latest/users/${encodeURIComponent(slug)}?avatarSize=${avatarSize}`;
  try {
    const { json } = await http.getJson(url, {
      ...request,
      operation: 'read_user',
    });
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
 * @internal
 */
export async function fetchUserByName(
  request: UserRequest,
  username: string,
): Promise<BitbucketServerUser> {
  const slug = username.toLowerCase().replace(/[^a-z0-9._-]/g, '_');
  // "." and ".." would be path segments of the URL.
  const guessed = /[a-z0-9_-]/.test(slug) ? await fetchUserBySlug(request, slug) : undefined;
  if (guessed?.name === username) return guessed;
  const found = await readUsersNamed({
    ...request,
    url: `${request.baseUrl}/rest/api/latest/users`,
    username,
    query: { avatarSize: String(avatarSize) },
  });
  if (found.length !== 1) {
    throw createSignInError('USER_NOT_READABLE', {
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

/** @internal */
export interface ReadUsersNamedOptions extends Omit<UserRequest, 'baseUrl'> {
  /** Of the list: `<base>/rest/api/latest/users` or `<base>/rest/api/latest/admin/users`. */
  readonly url: string;
  readonly username: string;
  /** Further parameters of the list. */
  readonly query?: Readonly<Record<string, string>>;
  /** Default `find_users`. */
  readonly operation?: GetJsonOptions['operation'];
}

/**
 * What a list of users holds under exactly the given name, not validated further.
 *
 * The filter of the list matches every user whose name, display name or email address contains the
 * text: all pages are read, and nothing but an equal name counts. Two users never share a name, so
 * the search ends at the first page that has it.
 *
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (users)
 * @throws SignInError `USER_NOT_READABLE`, `BITBUCKET_*`
 * @internal
 */
export async function readUsersNamed(options: ReadUsersNamedOptions): Promise<unknown[]> {
  for (let page = 0, start: number | undefined = 0; start !== undefined; page += 1) {
    if (page === maxPages) {
      throw createSignInError('USER_NOT_READABLE', {
        phase: 'profile',
        detail: `More than ${maxPages} pages of users contain ${quote(options.username)}`,
      });
    }
    const { values, next } = await readPage(options, start);
    const found = values.filter(value => nameOf(value) === options.username);
    if (found.length > 0) return found;
    start = next;
  }
  return [];
}

async function readPage(options: ReadUsersNamedOptions, start: number) {
  const { http, url, username, query, operation = 'find_users', ...request } = options;
  const search = new URLSearchParams({
    ...query,
    filter: username,
    limit: String(pageSize),
    start: String(start),
  });
  const { json } = await http.getJson(`${url}?${search}`, {
    ...request,
    operation,
  });
  const page = pageSchema.safeParse(json);
  if (!page.success) throw invalidPage(start, 'is not a page of users');
  const { values, isLastPage, nextPageStart } = page.data;
  if (isLastPage === true || (isLastPage === undefined && nextPageStart == null)) {
    return { values, next: undefined };
  }
  // A page that points back to itself would cause an endless loop.
  if (nextPageStart == null || nextPageStart <= start) {
    throw invalidPage(start, `continues at ${quote(nextPageStart)}`);
  }
  return { values, next: nextPageStart };
}

function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? (value as { readonly name?: unknown }).name
    : undefined;
}

function invalidPage(start: number, what: string) {
  return createSignInError('BITBUCKET_RESPONSE_INVALID', {
    phase: 'profile',
    detail: `The page of users that starts at ${start} ${what}`,
  });
}
