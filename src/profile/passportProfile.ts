import type { PassportProfile } from '@backstage/plugin-auth-node';
import { isEmailAddress } from '../shared';
import type { BitbucketServerUser } from './bitbucketServerUser';

/**
 * A Passport profile that also contains the validated Bitbucket user.
 *
 * @public
 */
export type BitbucketServerPassportProfile = PassportProfile & {
  readonly provider: 'bitbucketServer';
  readonly bitbucketServer: BitbucketServerUser;
  /** Facts of the sign-in that are not facts of the user. */
  readonly bitbucketServerSession: {
    /** Base URL of the Bitbucket Server, with context path and without a slash at the end. */
    readonly baseUrl: string;
    /** Host name of the Bitbucket Server, without port and path. */
    readonly host: string;
    /** Whether this is the refresh of an existing session, not a first sign-in. */
    readonly refresh: boolean;
  };
};

/**
 * Makes a Passport profile from a Bitbucket user, with the user itself under `bitbucketServer`.
 *
 * `emails` and `photos` are absent when there is nothing to put into them. `avatarUrl` may be
 * absolute or relative; a relative one has the context path already, so it is resolved against the
 * origin alone. Anything that is not http(s) is dropped.
 *
 * @public
 */
export function toPassportProfile(
  user: BitbucketServerUser,
  options: {
    /** Base URL of the Bitbucket Server, with its context path. */
    readonly baseUrl: string;
    /** Whether the profile belongs to the refresh of a session. Default `false`. */
    readonly refresh?: boolean;
  },
): BitbucketServerPassportProfile {
  const base = new URL(options.baseUrl);
  const picture = user.avatarUrl && resolvePicture(user.avatarUrl, base.origin);
  return {
    provider: 'bitbucketServer',
    id: String(user.id),
    username: user.name,
    displayName: user.displayName,
    ...(isEmailAddress(user.emailAddress) && { emails: [{ value: user.emailAddress }] }),
    ...(picture && { photos: [{ value: picture }] }),
    bitbucketServer: user,
    bitbucketServerSession: {
      baseUrl: options.baseUrl.replace(/\/+$/, ''),
      host: base.hostname,
      refresh: options.refresh ?? false,
    },
  };
}

function resolvePicture(avatarUrl: string, origin: string): string | undefined {
  if (!URL.canParse(avatarUrl, origin)) return undefined;
  const url = new URL(avatarUrl, origin);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}
