import type { PassportProfile } from '@backstage/plugin-auth-node';
import type { BitbucketServerUser } from './BitbucketServerUser';

/**
 * A passport profile that also carries the validated Bitbucket user.
 *
 * @public
 */
export type BitbucketServerPassportProfile = PassportProfile & {
  readonly provider: 'bitbucketServer';
  readonly bitbucketServer: BitbucketServerUser;
  /** Facts of the sign-in that are not facts of the user. */
  readonly bitbucketServerSession: BitbucketServerSession;
};

/** @public */
export interface BitbucketServerSession {
  /** Base URL of the Bitbucket Server, with context path and without a slash at the end. */
  readonly baseUrl: string;
  /** Host name of the Bitbucket Server, without port and path. */
  readonly host: string;
  /** Whether this is the refresh of an existing session, not a first sign-in. */
  readonly refresh: boolean;
}
