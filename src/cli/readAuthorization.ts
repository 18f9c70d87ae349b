import type { Config } from '@backstage/config';
import { AuditError } from '../audit';
import { readDirectoryOptions, toAuthorization } from '../directory';
import type { CliIo } from './CliIo';

/**
 * The credential for Bitbucket's list of users: `BITBUCKET_TOKEN`, or `BITBUCKET_USERNAME` with
 * `BITBUCKET_PASSWORD`, else `directory` of the config. Never an argument: those are in the history of
 * the shell and in the list of processes.
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
  { env }: Pick<CliIo, 'env'>,
): string | undefined {
  const token = env.BITBUCKET_TOKEN?.trim();
  const username = env.BITBUCKET_USERNAME?.trim();
  const password = env.BITBUCKET_PASSWORD;
  if (token) {
    if (/^[\x21-\x7e]+$/.test(token)) return toAuthorization({ token });
    throw new AuditError('BITBUCKET_TOKEN must be one line of printable ASCII');
  }
  if (username && password) return toAuthorization({ username, password });
  if (username || password) {
    throw new AuditError('BITBUCKET_USERNAME and BITBUCKET_PASSWORD go together; one is not set');
  }
  const options = readDirectoryOptions(config, path);
  return options && toAuthorization(options.credential);
}
