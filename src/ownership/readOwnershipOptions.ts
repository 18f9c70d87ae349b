import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import { parseOptions } from '../config';

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
