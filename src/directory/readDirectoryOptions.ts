import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import { createConfigError, parseOptions, readMilliseconds } from '../config';
import type { DirectoryLookupOptions } from './createDirectoryLookup';
import type { DirectoryCredential } from './DirectoryCredential';

/**
 * Options of {@link createDirectoryLookup} that `directory` of the configuration sets.
 *
 * @public
 */
export type DirectoryOptions = Pick<
  DirectoryLookupOptions,
  'credential' | 'trustedDirectories' | 'ttl'
>;

const text = z.string().trim().min(1, 'must be a text that is not empty');
const schema = z
  .object({
    // What a header can hold, so that a line break of a secret file is found at start.
    token: text.regex(/^[\x21-\x7e]*$/, 'must be one line of printable ASCII').optional(),
    username: text.regex(/^[^:]*$/, 'must not contain a colon').optional(),
    password: z.string().min(1, 'must not be empty').optional(),
    trustedDirectories: z.array(z.string().min(1)).default([]),
    ttl: z.unknown(),
  })
  .strict();

const key = 'directory';
const maxTtlMs = 60 * 60_000;

/**
 * Reads `directory` of one environment: how directories are asked.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @returns `undefined` when it is not configured
 * @throws {@link SignInError} `CONFIG_INVALID`
 * @public
 */
export function readDirectoryOptions(config: Config, path: string): DirectoryOptions | undefined {
  const value = config.getOptional(key);
  if (value === undefined) return undefined;
  const validKeys = Object.keys(schema.shape);
  const options = parseOptions(schema, value, `${path}.${key}`, validKeys);
  const at = `${path}.${key}.ttl`;
  const ttlMs = readMilliseconds(config, `${key}.ttl`, { at, min: 0, max: maxTtlMs });
  return {
    credential: toCredential(options, `${path}.${key}`),
    trustedDirectories: options.trustedDirectories,
    ttl: ttlMs === undefined ? undefined : { milliseconds: ttlMs },
  };
}

function toCredential(options: z.output<typeof schema>, path: string): DirectoryCredential {
  const { token, username, password } = options;
  if (token !== undefined) {
    const other = username !== undefined ? 'username' : 'password';
    if (username === undefined && password === undefined) return { token };
    throw createConfigError(
      `${path}.${other}`,
      'goes without "token": set either the token, or username and password',
    );
  }
  if (username === undefined && password === undefined) {
    throw createConfigError(
      path,
      'needs a credential: "token", or "username" and "password" (or an environment variable in it is not set)',
    );
  }
  if (username === undefined) throw createConfigError(`${path}.username`, 'is missing');
  if (password === undefined) {
    throw createConfigError(
      `${path}.password`,
      'is missing (or the environment variable in it is not set)',
    );
  }
  return { username, password };
}
