import type { SignInInfo } from '@backstage/plugin-auth-node';
import type { BitbucketServerPassportProfile } from './BitbucketServerPassportProfile';
import type { Subject } from './Subject';
import { isEmailAddress } from '../shared';

/**
 * Makes the {@link Subject} of any sign-in: by our authenticator, by upstream's, or by the legacy
 * provider. The latter two know neither slug nor host, so those stay undefined.
 *
 * The email is that of the transformed profile, because a transform may take it away. It counts as
 * `payload` only when it is, to the letter, what Bitbucket said.
 *
 * @internal
 */
export function toSubject(info: SignInInfo<unknown>): Subject {
  const profile = readFullProfile(info.result);
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

type AnyFullProfile = Partial<BitbucketServerPassportProfile>;

function readFullProfile(result: unknown): AnyFullProfile {
  if (typeof result !== 'object' || result === null || !('fullProfile' in result)) return {};
  const { fullProfile } = result;
  return typeof fullProfile === 'object' && fullProfile !== null
    ? (fullProfile as AnyFullProfile)
    : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
