import type { Config } from '@backstage/config';
import type { PassportProfile, ProfileTransform } from '@backstage/plugin-auth-node';
import { createConfigError, readNamedList, strictObject } from '../config';
import { isSignInError, SignInError } from '../errors';
import type { BitbucketServerPassportProfile } from '../profile';
import {
  emailFromUsername,
  emailFromUsernameSchema,
  fromUser,
  requireActiveUser,
  restrictEmailDomains,
  restrictEmailDomainsSchema,
  withoutEmail,
} from './steps';
import type { ProfileTransformStep } from './steps';

/**
 * The profile transforms of this package, each a function from its options to a step for
 * {@link composeProfileTransforms}. In config: `profileTransforms: [{ transform: <name>, …options }]`.
 *
 * @public
 */
export const bitbucketServerProfileTransforms = {
  fromUser,
  requireActiveUser,
  restrictEmailDomains,
  withoutEmail,
  emailFromUsername,
} as const;

const noOptions = { optionsSchema: strictObject({}) };

/** What a config can name, and the options of each. The config schema is generated from it. */
export const profileTransformRegistry = {
  fromUser: noOptions,
  requireActiveUser: noOptions,
  restrictEmailDomains: { optionsSchema: restrictEmailDomainsSchema },
  withoutEmail: noOptions,
  emailFromUsername: { optionsSchema: emailFromUsernameSchema },
} satisfies Record<keyof typeof bitbucketServerProfileTransforms, object>;

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
): ProfileTransform<{ readonly fullProfile: PassportProfile }> {
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
          : new SignInError('PROFILE_TRANSFORM_FAILED', {
              phase: 'transform',
              detail: `profile transform ${step.name || '(without a name)'} failed`,
              cause: error,
            });
      }
    }
    return { profile };
  };
}

/**
 * Reads `profileTransforms` of one environment.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @throws {@link SignInError} `CONFIG_INVALID`
 */
export function readProfileTransforms(config: Config, path: string): ProfileTransformStep[] {
  const items = readNamedList({
    config,
    key: 'profileTransforms',
    path,
    nameKey: 'transform',
    registry: profileTransformRegistry,
  });
  return items.map(item => {
    try {
      // Parsed by the schema of this name, which the types of the registry do not express.
      return bitbucketServerProfileTransforms[item.name](item.options as never);
    } catch (error) {
      throw createConfigError(item.path, `is not valid: ${(error as Error).message}`);
    }
  });
}
