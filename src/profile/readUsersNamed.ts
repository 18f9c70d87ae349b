import { z } from 'zod/v3';
import { createSignInError } from '../errors';
import type { BitbucketHttp, GetJsonOptions } from '../http';
import { quote } from '../shared';

const pageSize = 500;
/** A filter that matches more than 20,000 users is no search for one any more. */
const maxPages = 40;

const pageSchema = z.object({
  values: z.array(z.unknown()),
  isLastPage: z.boolean().optional(),
  nextPageStart: z.number().int().nonnegative().nullish(),
});

/** @internal */
export interface ReadUsersNamedOptions extends Pick<
  GetJsonOptions,
  'accessToken' | 'authorization' | 'signal'
> {
  readonly http: BitbucketHttp;
  /** Of the list: `<base>/rest/api/latest/users` or `<base>/rest/api/latest/admin/users`. */
  readonly url: string;
  readonly username: string;
  /** Further parameters of the list. */
  readonly query?: Readonly<Record<string, string>>;
}

/**
 * What a list of users holds under exactly the given name, not validated further.
 *
 * The slug would be the key of a direct request, but cannot be derived from the name. The filter of
 * the list matches every user whose name, display name or email address contains the text: all pages
 * are read, and nothing but an equal name counts.
 *
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (users)
 * @throws SignInError `USER_NOT_READABLE`, `BITBUCKET_*`
 * @internal
 */
export async function readUsersNamed(options: ReadUsersNamedOptions): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let page = 0, start: number | undefined = 0; start !== undefined; page += 1) {
    if (page === maxPages) {
      throw createSignInError('USER_NOT_READABLE', {
        phase: 'profile',
        detail: `More than ${maxPages} pages of users contain ${quote(options.username)}`,
      });
    }
    const { values, next } = await readPage(options, start);
    found.push(...values.filter(value => nameOf(value) === options.username));
    start = next;
  }
  return found;
}

async function readPage(options: ReadUsersNamedOptions, start: number) {
  const { accessToken, authorization, signal } = options;
  const query = new URLSearchParams({
    ...options.query,
    filter: options.username,
    limit: String(pageSize),
    start: String(start),
  });
  const { json } = await options.http.getJson(`${options.url}?${query}`, {
    accessToken,
    authorization,
    signal,
    phase: 'profile',
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

function invalidPage(start: number, what: string) {
  return createSignInError('BITBUCKET_RESPONSE_INVALID', {
    phase: 'profile',
    detail: `The page of users that starts at ${start} ${what}`,
  });
}
