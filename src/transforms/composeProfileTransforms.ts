import type { ProfileTransform } from '@backstage/plugin-auth-node';
import { createSignInError, isSignInError } from '../errors';
import type { BitbucketServerPassportProfile } from '../profile';
import { fromUser } from './steps';
import type { ProfileTransformResult, ProfileTransformStep } from './steps';

/**
 * Makes one profile transform of several steps, run in order. It starts with `fromUser`.
 *
 * Works with the authenticator of this package and with upstream's, as `profileTransform`, and with
 * the legacy provider, as `authHandler`.
 *
 * @throws {@link SignInError} what a step throws; any other error of a step as `PROFILE_TRANSFORM_FAILED`
 * @example
 * ```ts
 * composeProfileTransforms(
 *   bitbucketServerProfileTransforms.requireActiveUser(),
 *   profile => ({ ...profile, displayName: profile.displayName?.replace(' [EXT]', '') }),
 * );
 * ```
 * @public
 */
export function composeProfileTransforms(
  ...steps: readonly ProfileTransformStep[]
): ProfileTransform<ProfileTransformResult> {
  const all = [fromUser(), ...steps];
  return async (result, context) => {
    const { bitbucketServer: user } = result.fullProfile as Partial<BitbucketServerPassportProfile>;
    let profile = {};
    for (const step of all) {
      try {
        profile = await step(profile, { result, user, context });
      } catch (error) {
        throw isSignInError(error)
          ? error
          : createSignInError('PROFILE_TRANSFORM_FAILED', {
              phase: 'transform',
              detail: `profile transform ${step.name || '(without a name)'} failed`,
              cause: error,
            });
      }
    }
    return { profile };
  };
}
