import type { Config } from '@backstage/config';
import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { Check } from './Check';
import { checkCredential } from './checkBitbucket';
import type { Probe } from './checkBitbucket';

/** @internal */
export interface CheckCredentialsOptions {
  readonly probe: Probe;
  readonly baseUrl: string;
  readonly needsDirectory: boolean;
  /** Of the environment. */
  readonly config: Config;
  /** The credential of the audit; may throw. */
  readonly readAuthorization: () => string | undefined;
  /** The credential that production uses. */
  readonly readDirectoryAuthorization: () =>
    { readonly authorization: string } | { readonly problem: string };
}

/**
 * Looks at the credential of `directory`, with which production asks, and at that of the audit where it
 * is another one: an administrator's own token says nothing about what the backend may see.
 *
 * @internal
 */
export async function* checkCredentials(options: CheckCredentialsOptions): AsyncGenerator<Check> {
  const { probe, baseUrl, needsDirectory, config } = options;
  const shared = { probe, baseUrl };
  let directory: string | undefined;
  if (config.has('directory')) {
    const read = options.readDirectoryAuthorization();
    // What is wrong with it is told by the check of the config.
    directory = 'authorization' in read ? read.authorization : undefined;
    if (directory !== undefined) {
      const name = 'directory credential';
      yield await checkCredential({ ...shared, name, needsDirectory, authorization: directory });
    }
  }
  const name = 'bitbucket credential';
  let authorization: string | undefined;
  try {
    authorization = options.readAuthorization();
  } catch (error) {
    const text = isSignInError(error) ? error.detail : (error as Error).message;
    yield { name, status: 'fail', text, mend: 'correct it' };
    return;
  }
  if (authorization === undefined) {
    yield {
      name,
      status: 'skip',
      text: 'none is configured; a sign-in needs none, the audit does',
      mend: 'set BITBUCKET_TOKEN to an HTTP access token, or "directory" in the config',
    };
  } else if (authorization !== directory) {
    yield await checkCredential({ ...shared, name, needsDirectory: false, authorization });
  }
}
