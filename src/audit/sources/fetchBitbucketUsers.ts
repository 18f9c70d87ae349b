import { isSignInError } from '../../errors';
import type { BitbucketHttp } from '../../http';
import { createUserCollector, keyOfUser } from './createUserCollector';
import { fetchUserPage } from './fetchUserPage';
import type { SourceResult } from './SourceResult';

/** @internal */
export interface FetchBitbucketUsersOptions {
  readonly http: BitbucketHttp;
  readonly baseUrl: string;
  /** Value of the `Authorization` header. */
  readonly authorization: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (read: number) => void;
  /** Users per page. Default 500. */
  readonly pageSize?: number;
  /** Only users whose name, display name or email contains the text. Default: all. */
  readonly filter?: string;
}

/** Times that the list is read before its restlessness is accepted. */
const maxPasses = 4;

const detailed = '/rest/api/latest/admin/users';
const plain = '/rest/api/latest/users';

/**
 * Reads all users of Bitbucket, page after page: with their directories and the time of their last
 * sign-in when the credential may see those, else without.
 *
 * Pages are cut by position. So that nobody is lost or doubled when the list changes underneath,
 * each page begins with the last user of the page before; when it does not, the list has moved, and
 * is read again. Whoever was seen in any pass counts once.
 *
 * @throws SignInError `BITBUCKET_*`
 * @internal
 */
export async function fetchBitbucketUsers(
  options: FetchBitbucketUsersOptions,
): Promise<SourceResult<unknown>> {
  const collector = createUserCollector();
  const notes: string[] = [];
  let path = detailed;
  let previous: string | undefined;
  for (let pass = 1; ; pass += 1) {
    const keys: unknown[] = [];
    try {
      const isStill = await readOnce(path, options, payload => {
        collector.add(payload);
        keys.push(keyOfUser(payload));
        options.onProgress?.(collector.size());
      });
      const order = JSON.stringify(keys);
      // Twice the same is as good: some servers skip positions.
      if (isStill || order === previous) break;
      previous = order;
      if (pass === maxPasses) {
        notes.push(
          `Bitbucket's list of users changed in each of ${maxPasses} readings; all who were seen are in the report`,
        );
        break;
      }
    } catch (error) {
      const missing = options.signal?.aborted
        ? `the Bitbucket users after the first ${collector.size()}`
        : undefined;
      if (missing) return { items: collector.users(), notes, missing };
      if (!isUnavailableList(error, path)) throw error;
      notes.push(
        'the credential may not read admin/users: the last sign-in and the directory of people are not known',
      );
      path = plain;
    }
  }
  return { items: collector.users(), notes };
}

/** @returns whether every page began where the one before it ended */
async function readOnce(
  path: string,
  options: FetchBitbucketUsersOptions,
  onUser: (payload: unknown) => void,
): Promise<boolean> {
  let isStill = true;
  let last: unknown;
  for (let start: number | undefined = 0; start !== undefined;) {
    const { values, next } = await fetchUserPage(`${options.baseUrl}${path}`, start, options);
    const [first, ...rest] = values;
    if (start > 0 && keyOfUser(first) !== last) isStill = false;
    const fresh = start > 0 && isStill ? rest : values;
    fresh.forEach(onUser);
    if (values.length > 0) last = keyOfUser(values.at(-1));
    // One back, to see the last one again; never where this page began.
    start = next === undefined ? undefined : Math.max(start + 1, next - 1);
  }
  return isStill;
}

function isUnavailableList(error: unknown, path: string): boolean {
  return (
    path === detailed &&
    isSignInError(error) &&
    ['BITBUCKET_REFUSED', 'BITBUCKET_NOT_FOUND'].includes(error.code)
  );
}
