import type { SignInInfo } from '@backstage/plugin-auth-node';
import { isEmailAddress } from '../shared';
import type { BitbucketServerPassportProfile } from './passportProfile';

/**
 * The few facts of a signed-in person that matchers may see.
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
   * Where the email comes from: `payload` = exactly what Bitbucket says; `derived` = a profile
   * transform made or changed it.
   */
  readonly emailOrigin?: 'payload' | 'derived';
  /** Host name of the Bitbucket Server, without port and path. */
  readonly host?: string;
  /** Whether this is the refresh of an existing session. */
  readonly refresh: boolean;
  /**
   * Whether the email is kept by a directory that the person cannot edit. `undefined` when nobody
   * has asked, see `emailTrust`.
   */
  readonly directory?: SubjectDirectory;
}

/**
 * What is known of the directory of an account. `unknown` is the reason why nothing is.
 *
 * @public
 */
export type SubjectDirectory =
  { readonly readOnly: boolean; readonly directoryName?: string } | { readonly unknown: string };

/**
 * Makes the {@link Subject} of any sign-in: by our authenticator, by upstream's, or by the legacy
 * provider. The latter two know neither slug nor host, so those stay undefined.
 *
 * The email is that of the transformed profile, because a transform may take it away. It counts as
 * `payload` only when it is, to the letter, what Bitbucket said.
 */
export function toSubject(info: SignInInfo<unknown>): Subject {
  // `Object`, because another provider may give a result of any kind.
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
