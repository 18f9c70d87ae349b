import type {
  AuthResolverContext,
  PassportProfile,
  ProfileInfo,
} from '@backstage/plugin-auth-node';
import type { BitbucketServerUser } from '../profile';

/**
 * What profile transforms need of the result of a sign-in: less than any provider gives, so that
 * they fit this package's authenticator, upstream's, and the `authHandler` of the legacy provider.
 *
 * @public
 */
export interface ProfileTransformResult {
  readonly fullProfile: PassportProfile;
}

/**
 * What a step of a profile transform may look at besides the profile so far.
 *
 * @public
 */
export interface ProfileTransformInput {
  readonly result: ProfileTransformResult;
  /** The validated user; `undefined` with an authenticator that does not carry it, such as upstream's. */
  readonly user?: BitbucketServerUser;
  readonly context: AuthResolverContext;
}

/**
 * One step of a profile transform: returns the profile that the next step gets, or throws to refuse
 * the sign-in. It must not change the profile that it is given.
 *
 * @public
 */
export type ProfileTransformStep = (
  profile: ProfileInfo,
  input: ProfileTransformInput,
) => ProfileInfo | Promise<ProfileInfo>;
