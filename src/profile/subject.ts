import type { SignInInfo } from '@backstage/plugin-auth-node';
import { isEmailAddress } from '../shared';
import type { BitbucketServerPassportProfile } from './passportProfile';

/**
 * The facts about a signed-in person that matchers see.
 *
 * @public
 */
export interface Subject {
  /** Bitbucket's user id, in decimal digits. */
  readonly id?: string;
  readonly username?: string;
  readonly slug?: string;
  /** The email of the transformed profile; only when it has the shape of an address. */
  readonly email?: string;
  /**
   * Where the email comes from: `payload` = exactly as in Bitbucket's response; `derived` = a profile
   * transform made or changed it.
   */
  readonly emailOrigin?: 'payload' | 'derived';
  /** Host name of the Bitbucket Server, without port and path. */
  readonly host?: string;
  /** Whether this is the refresh of an existing session. */
  readonly refresh: boolean;
  /**
   * Whether the email comes from a directory in which the person cannot edit it. `undefined` when it
   * was not read, see `emailTrust`.
   */
  readonly directory?: SubjectDirectory;
}

/**
 * The directory of an account, or the reason why it is unknown.
 *
 * @public
 */
export type SubjectDirectory =
  { readonly readOnly: boolean; readonly directoryName?: string } | { readonly unknown: string };

/**
 * Makes the {@link Subject} of a sign-in with the authenticator of this package, with upstream's, or
 * with the legacy provider. The latter two know neither slug nor host, so those stay undefined.
 *
 * The email is that of the transformed profile, because a transform may remove it. Its origin is
 * `payload` only when it is exactly the one in Bitbucket's response.
 */
export function toSubject(info: SignInInfo<unknown>): Subject {
  // `Object()`, because the result of another provider may be of any type.
  const { fullProfile } = Object(info.result) as { readonly fullProfile?: unknown };
  const profile = Object(fullProfile) as Partial<BitbucketServerPassportProfile>;
  const user = profile.bitbucketServer;
  const session = profile.bitbucketServerSession;
  const email = isEmailAddress(info.profile.email) ? info.profile.email : undefined;
  const payloadEmail = user ? user.emailAddress : profile.emails?.[0]?.value;
  return {
    id: text(profile.id),
    username: text(profile.username),
    slug: user?.slug,
    email,
    emailOrigin: email === undefined ? undefined : email === payloadEmail ? 'payload' : 'derived',
    host: session?.host,
    refresh: session?.refresh ?? false,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
