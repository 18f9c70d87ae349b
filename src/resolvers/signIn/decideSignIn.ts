import type {
  AuthResolverContext,
  ProfileInfo,
  ProfileTransform,
} from '@backstage/plugin-auth-node';
import { isSignInError } from '../../errors';
import type { SignInError } from '../../errors';
import type { CatalogUserLookup } from '../../lookup';
import { parseBitbucketServerUser, toPassportProfile, toSubject } from '../../profile';
import type { BitbucketServerPassportProfile, BitbucketServerUser, Subject } from '../../profile';
import { composeProfileTransforms, requireActiveUser } from '../../transforms';
import { evaluate } from '../chain';
import type { ChainStep, Decision } from '../chain';
import { createCompleteSubject } from './createCompleteSubject';
import type { FindDirectory } from './createCompleteSubject';

/** @internal */
export interface DecideSignInOptions {
  /** Base URL of the Bitbucket Server. */
  readonly baseUrl: string;
  /** A checked chain. */
  readonly steps: readonly ChainStep[];
  readonly lookup: CatalogUserLookup;
  /** Default: that of the module without any in the config, which refuses inactive accounts. */
  readonly profileTransform?: ProfileTransform<{ fullProfile: BitbucketServerPassportProfile }>;
  readonly findDirectory?: FindDirectory;
  /** Default `false`. */
  readonly refresh?: boolean;
}

/**
 * What the sign-in of a payload comes to: refused by a profile transform before any step was tried,
 * or the decision of the chain.
 *
 * @internal
 */
export type SignInRun =
  | { readonly user: BitbucketServerUser; readonly refusedBy: SignInError }
  | {
      readonly user: BitbucketServerUser;
      readonly subject: Subject;
      readonly decision: Decision;
    };

/**
 * A sign-in from the payload to the decision, without the token: what `explainSignIn` and the audit
 * have in common.
 *
 * @throws {@link SignInError} `USER_PAYLOAD_INVALID` for a payload that no sign-in accepts
 * @internal
 */
export async function decideSignIn(
  payload: unknown,
  options: DecideSignInOptions,
): Promise<SignInRun> {
  const { baseUrl, refresh, steps, lookup, findDirectory } = options;
  const { profileTransform = composeProfileTransforms(requireActiveUser()) } = options;
  const user = parseBitbucketServerUser(payload);
  const fullProfile = toPassportProfile(user, { baseUrl, refresh });

  let profile: ProfileInfo;
  try {
    ({ profile } = await profileTransform({ fullProfile }, noContext));
  } catch (error) {
    if (!isSignInError(error)) throw error;
    return { user, refusedBy: error };
  }

  const bare = toSubject({ profile, result: { fullProfile } });
  const subject = await createCompleteSubject(steps, findDirectory)(bare);
  return { user, subject, decision: await evaluate({ steps, subject, lookup }) };
}

/** A transform may look people up; nothing that explains may issue a token. */
const noContext = new Proxy({} as AuthResolverContext, {
  get(_target, method) {
    throw new Error(`explainSignIn has no sign-in context, but "${String(method)}" of it was used`);
  },
});
