import type { Config } from '@backstage/config';
import { createConfigError } from '../config';
import { configPath } from './configPath';

/**
 * A text of the config. `undefined` when it is not there.
 *
 * @throws SignInError `CONFIG_INVALID` when it is empty or no text
 * @internal
 */
export function readText(config: Config, key: string): string | undefined {
  const value = config.getOptional(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '') {
    throw createConfigError(configPath(config, key), 'must be a text that is not empty');
  }
  return value.trim();
}

/**
 * A text of the config that must be there.
 *
 * @throws SignInError `CONFIG_INVALID` when it is missing, empty or no text
 * @internal
 */
export function readRequiredText(config: Config, key: string): string {
  const value = readText(config, key);
  if (value === undefined) {
    const path = configPath(config, key);
    throw createConfigError(
      path,
      `is missing (or the environment variable in it is not set): Missing required config value at '${path}'`,
    );
  }
  return value;
}
