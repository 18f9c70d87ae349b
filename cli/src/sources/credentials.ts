import type { Config } from '@backstage/config';
import {
  isSignInError,
  readDirectoryOptions,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { AuditError } from '../AuditError';

type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** The token for the catalog. @internal */
export function readCatalogToken(env: EnvironmentVariables): string | undefined {
  return env.BACKSTAGE_TOKEN?.trim() || undefined;
}

/**
 * The credential for Bitbucket's list of users: `BITBUCKET_TOKEN`, or `BITBUCKET_USERNAME` with
 * `BITBUCKET_PASSWORD`, or else `directory` in the config. Never an argument, because arguments appear
 * in the shell history and the process list.
 *
 * @param config - of the environment
 * @param path - of `config`, for errors
 * @returns the value of the `Authorization` header, or `undefined` when there is none
 * @throws {@link AuditError}, {@link SignInError} `CONFIG_INVALID`
 * @internal
 */
export function readAuthorization(
  config: Config,
  path: string,
  env: EnvironmentVariables,
): string | undefined {
  const token = env.BITBUCKET_TOKEN?.trim();
  const username = env.BITBUCKET_USERNAME?.trim();
  const password = env.BITBUCKET_PASSWORD;
  if (token) {
    if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
    throw new AuditError('BITBUCKET_TOKEN must be one line of printable ASCII');
  }
  if (username && password) {
    return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  }
  if (username || password) {
    throw new AuditError(
      'BITBUCKET_USERNAME and BITBUCKET_PASSWORD must be set together; one is not set',
    );
  }
  return readDirectoryOptions(config, path)?.authorization;
}

/**
 * The credential with which the sign-in reads directories from Bitbucket.
 *
 * @returns the value of the `Authorization` header, or why there is none here
 * @internal
 */
export function readDirectoryAuthorization(
  config: Config,
  path: string,
): { readonly authorization: string } | { readonly problem: string } {
  try {
    const options = readDirectoryOptions(config, path);
    return options
      ? { authorization: options.authorization }
      : { problem: `"${path}.directory" is missing; without it the backend does not start` };
  } catch (error) {
    if (!isSignInError(error)) throw error;
    return { problem: error.detail };
  }
}
