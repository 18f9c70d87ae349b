import { createSignInError } from '../errors';
import type { BitbucketHttp } from '../http';
import type { BitbucketServerUser } from './BitbucketServerUser';
import { parseBitbucketServerUser } from './parseBitbucketServerUser';
import { readUsersNamed } from './readUsersNamed';
import { quote } from '../shared';

/** As upstream: the size of the picture that Backstage shows, in pixels. */
const avatarSize = 256;

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
 * @throws SignInError `USER_NOT_READABLE`, `USER_PAYLOAD_INVALID`, `BITBUCKET_*`
 * @internal
 */
export async function findUserByName(options: FindUserByNameOptions): Promise<BitbucketServerUser> {
  const { baseUrl, ...request } = options;
  const found = await readUsersNamed({
    ...request,
    url: `${baseUrl}/rest/api/latest/users`,
    query: { avatarSize: String(avatarSize) },
  });
  if (found.length !== 1) {
    throw createSignInError('USER_NOT_READABLE', {
      phase: 'profile',
      detail: `${found.length === 0 ? 'No user' : `${found.length} users`} named exactly ${quote(options.username)}`,
    });
  }
  return parseBitbucketServerUser(found[0]);
}
