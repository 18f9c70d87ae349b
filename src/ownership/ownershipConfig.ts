import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import { parseOptions } from '../config';

/**
 * JSON schema of `ownership` in one environment of `auth.providers.bitbucketServer`.
 *
 * @internal
 */
export const ownershipConfigSchema = {
  type: 'object',
  description: 'What a person who signs in owns things through.',
  additionalProperties: false,
  properties: {
    transitiveGroups: {
      type: 'boolean',
      description:
        'Whether a member of a group also counts as member of its parent groups. Default: false.',
    },
  },
} as const;

/** @public */
export interface OwnershipOptions {
  /** Whether parents of the groups of a person count. */
  readonly transitiveGroups: boolean;
}

const key = 'ownership';
const schema = z.object({ transitiveGroups: z.boolean().default(false) }).strict();

/**
 * Reads `ownership` of one environment.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @throws {@link SignInError} `CONFIG_INVALID`
 * @internal
 */
export function readOwnershipOptions(config: Config, path: string): OwnershipOptions {
  const value = config.getOptional(key) ?? {};
  return parseOptions(schema, value, `${path}.${key}`, Object.keys(schema.shape));
}
