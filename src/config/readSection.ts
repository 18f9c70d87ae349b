import type { Config } from '@backstage/config';
import type { z } from 'zod/v3';
import { unknownKey } from './fields';
import { createConfigError, parseOptions } from './parseOptions';

/**
 * Reads one section of an environment.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @throws SignInError `CONFIG_INVALID` with the path of the key
 */
export function readSection<TSchema extends z.AnyZodObject>(
  config: Config,
  key: string,
  schema: TSchema,
  path: string,
): z.output<TSchema> | undefined {
  const value = config.getOptional(key);
  return value === undefined ? undefined : parseOptions(schema, value, `${path}.${key}`);
}

/**
 * Reads keys of the environment itself, and ignores others. The error about a missing key names the
 * file in which Backstage looked for it.
 */
export function readKeys<TSchema extends z.AnyZodObject>(
  config: Config,
  schema: TSchema,
): z.output<TSchema> {
  const keys = Object.keys(schema.shape as object);
  const value = Object.fromEntries(keys.map(key => [key, config.getOptional(key)]));
  const { path, file } = locate(config);
  return parseOptions(schema, value, path, file);
}

/** Refuses keys of an environment that nothing reads. */
export function checkKeys(config: Config, path: string, known: readonly string[]): void {
  const unknown = config.keys().find(key => !known.includes(key));
  if (unknown !== undefined) throw createConfigError(`${path}.${unknown}`, unknownKey(known));
}

/**
 * The path of a config object, such as `auth.providers.bitbucketServer.production`; '' for the root.
 *
 * A config object does not expose its path, but its errors contain it. So this asks for a key that
 * cannot exist.
 */
export function locate(config: Config): { readonly path: string; readonly file?: string } {
  // No key of a config file has this name.
  const probe = 'this-key-is-never-set';
  try {
    config.getString(probe);
  } catch (error) {
    const [, key, file] = /'([^']*)'(?: in '([^']*)')?/.exec(String(error)) ?? [];
    if (key?.endsWith(`.${probe}`)) return { path: key.slice(0, -probe.length - 1), file };
  }
  return { path: '' };
}
