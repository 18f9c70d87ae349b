import { z } from 'zod/v3';
import { bitbucketServerProfileTransforms as transforms } from './bitbucketServerProfileTransforms';
import type { ProfileTransformStep } from './ProfileTransformStep';

interface RegistryEntry {
  readonly optionsSchema: z.AnyZodObject;
  readonly create: (options: unknown) => ProfileTransformStep;
}

function entry<TShape extends z.ZodRawShape>(
  shape: TShape,
  create: (options: z.output<z.ZodObject<TShape>>) => ProfileTransformStep,
): RegistryEntry {
  const optionsSchema = z.object(shape).strict();
  return { optionsSchema, create: options => create(optionsSchema.parse(options) as never) };
}

/**
 * What a config can name, and the options of each. The config schema is generated from it.
 *
 * @internal
 */
export const profileTransformRegistry: Record<keyof typeof transforms, RegistryEntry> = {
  fromUser: entry({}, () => transforms.fromUser()),
  requireActiveUser: entry({}, () => transforms.requireActiveUser()),
  restrictEmailDomains: entry(
    {
      allowedDomains: z.array(z.string()).min(1),
      onDenied: z.enum(['refuse', 'drop']).optional(),
    },
    options => transforms.restrictEmailDomains(options),
  ),
  withoutEmail: entry({}, () => transforms.withoutEmail()),
  emailFromUsername: entry({ domain: z.string() }, options =>
    transforms.emailFromUsername(options),
  ),
};
