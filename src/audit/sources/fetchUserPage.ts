import { z } from 'zod/v3';
import { createSignInError } from '../../errors';
import type { BitbucketHttp } from '../../http';
import { quote } from '../../shared';

const schema = z.object({
  values: z.array(z.unknown()),
  isLastPage: z.boolean().optional(),
  nextPageStart: z.number().int().nonnegative().nullish(),
});

/** @internal */
export interface UserPage {
  readonly values: readonly unknown[];
  /** `undefined` on the last page. */
  readonly next?: number;
}

/**
 * Reads one page of a list of users.
 *
 * @throws SignInError `BITBUCKET_*`
 * @internal
 */
export async function fetchUserPage(
  url: string,
  start: number,
  options: {
    readonly http: BitbucketHttp;
    readonly authorization: string;
    readonly signal?: AbortSignal;
    readonly pageSize?: number;
    readonly filter?: string;
  },
): Promise<UserPage> {
  const { http, authorization, signal, pageSize = 500, filter } = options;
  const query = new URLSearchParams({ limit: String(pageSize), start: String(start) });
  if (filter !== undefined) query.set('filter', filter);
  const { json } = await http.getJson(`${url}?${query}`, { authorization, signal });
  const page = schema.safeParse(json);
  if (!page.success) throw invalid(start, 'is no page of users');
  const { values, isLastPage, nextPageStart } = page.data;
  if (isLastPage === true || (isLastPage === undefined && nextPageStart == null)) {
    return { values };
  }
  // A page that points back to itself would be read for ever.
  if (nextPageStart == null || nextPageStart <= start) {
    throw invalid(start, `goes on at ${quote(nextPageStart)}`);
  }
  return { values, next: nextPageStart };
}

function invalid(start: number, what: string) {
  return createSignInError('BITBUCKET_RESPONSE_INVALID', {
    phase: 'profile',
    detail: `The page of users that starts at ${start} ${what}`,
  });
}
