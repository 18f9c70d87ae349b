import type { Config } from '@backstage/config';
import { createConfigError, readNamedList } from '../config';
import { profileTransformRegistry } from './profileTransformRegistry';
import type { ProfileTransformStep } from './ProfileTransformStep';

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
