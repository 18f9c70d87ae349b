import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import { createConfigError, readNamedList } from '../config';
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

interface RegistryEntry {
  readonly optionsSchema: z.AnyZodObject;
  readonly create: (options: unknown) => ProfileTransformStep;
}

const noOptions = z.object({}).strict();

function entry<TSchema extends z.AnyZodObject>(
  optionsSchema: TSchema,
  create: (options: z.output<TSchema>) => ProfileTransformStep,
): RegistryEntry {
  return { optionsSchema, create: options => create(optionsSchema.parse(options)) };
}

/**
 * What a config can name, and the options of each. The config schema is generated from it.
 *
 * @internal
 */
export const profileTransformRegistry: Record<
  keyof typeof bitbucketServerProfileTransforms,
  RegistryEntry
> = {
  fromUser: entry(noOptions, fromUser),
  requireActiveUser: entry(noOptions, requireActiveUser),
  restrictEmailDomains: entry(restrictEmailDomainsSchema, restrictEmailDomains),
  withoutEmail: entry(noOptions, withoutEmail),
  emailFromUsername: entry(emailFromUsernameSchema, emailFromUsername),
};

/**
 * Reads `profileTransforms: [{ transform: <name>, …options }]`.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @throws {@link SignInError} `CONFIG_INVALID`
 * @internal
 */
export function readProfileTransforms(config: Config, path: string): ProfileTransformStep[] {
  const items = readNamedList({
    config,
    key: 'profileTransforms',
    path,
    nameKey: 'transform',
    registry: profileTransformRegistry,
  });
  return (items ?? []).map(item => {
    try {
      return profileTransformRegistry[item.name].create(item.options);
    } catch (error) {
      throw createConfigError(item.path, `is not valid: ${(error as Error).message}`);
    }
  });
}
