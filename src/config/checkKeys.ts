import type { Config } from '@backstage/config';
import { createConfigError } from './createConfigError';

/**
 * Refuses keys that nothing reads: a misspelt option would be ignored in silence.
 *
 * @param path - of `config`, for the error
 * @throws {@link SignInError} `CONFIG_INVALID` that lists the valid keys
 * @internal
 */
export function checkKeys(config: Config, path: string, valid: readonly string[]): void {
  for (const key of config.keys()) {
    if (!valid.includes(key)) {
      throw createConfigError(
        `${path}.${key}`,
        `is no option; valid options are: ${valid.join(', ')}`,
      );
    }
  }
}
