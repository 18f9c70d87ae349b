import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import {
  createConfigError,
  duration,
  matching,
  readSection,
  secret,
  strictObject,
  text,
} from '../config';
import type { DirectoryLookupOptions } from './createDirectoryLookup';

const key = 'directory';
const maxTtlMs = 60 * 60_000;
/** Bitbucket's name of the directory in which people edit their own email addresses. */
const internalDirectory = 'Bitbucket Internal Directory';

/** `directory` of one environment. */
export const directorySchema = strictObject({
  // What a header can hold, so that a line break of a secret file is found at start.
  token: secret(/^\s*[!-~]+\s*$/, 'must be one line of printable ASCII')
    .optional()
    .describe(
      'HTTP access token for the requests that read the directory of an account. `emailTrust: readOnlyDirectory` needs this, or `username` and `password`.',
    ),
  username: matching(/^\s*[^:\s][^:]*$/, 'must be a non-empty string without a colon')
    .optional()
    .describe('Username for these requests, if there is no token.'),
  password: secret(/^[^]/, 'must be a non-empty string')
    .optional()
    .describe('Password for this username.'),
  trustedDirectories: z
    .array(text())
    .optional()
    .describe(
      'Names of directories whose emails are trusted although people can edit them in Bitbucket. Listing the internal directory makes a warning at startup. Default: none.',
    ),
  ttl: duration({ min: 0, max: maxTtlMs })
    .optional()
    .describe('How long an answer is cached, up to 1 hour. Default: 5 minutes.'),
}).describe(
  'How to read the directory of an account from Bitbucket Server, for emailTrust "readOnlyDirectory". Needs a credential: token, or username and password.',
);

/**
 * Reads `directory` of one environment: how directories are asked.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @returns options for `createDirectoryLookup`, and warnings about settings that weaken the sign-in,
 * for the log; `undefined` when it is not configured
 * @throws {@link SignInError} `CONFIG_INVALID`
 * @public
 */
export function readDirectoryOptions(
  config: Config,
  path: string,
):
  | (Pick<DirectoryLookupOptions, 'authorization' | 'trustedDirectories' | 'ttl'> & {
      readonly warnings: readonly string[];
    })
  | undefined {
  const options = readSection(config, key, directorySchema, path);
  if (!options) return undefined;
  const { ttl, trustedDirectories = [] } = options;
  const isInternal = (name: string) => name.toLowerCase() === internalDirectory.toLowerCase();
  return {
    authorization: toAuthorization(options, `${path}.${key}`),
    trustedDirectories,
    ttl,
    warnings: trustedDirectories.some(isInternal)
      ? [
          `"${path}.${key}.trustedDirectories" trusts "${internalDirectory}", where people edit their own email address: each of them can sign in as whoever has that address in the catalog`,
        ]
      : [],
  };
}

function toAuthorization(
  { token, username, password }: z.output<typeof directorySchema>,
  path: string,
): string {
  const notSet = 'or the environment variable in it is not set';
  if (token !== undefined) {
    if (username === undefined && password === undefined) return `Bearer ${token.trim()}`;
    const other = username !== undefined ? 'username' : 'password';
    throw createConfigError(
      `${path}.${other}`,
      'must not be set together with "token": set either the token, or username and password',
    );
  }
  if (username === undefined && password === undefined) {
    throw createConfigError(
      path,
      `must contain a credential: "token", or "username" and "password" (${notSet})`,
    );
  }
  if (username === undefined) throw createConfigError(`${path}.username`, `is missing, ${notSet}`);
  if (password === undefined) throw createConfigError(`${path}.password`, `is missing, ${notSet}`);
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
