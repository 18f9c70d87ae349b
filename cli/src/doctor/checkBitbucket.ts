import type { Config } from '@backstage/config';
import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { quote } from '../quote';
import type { Check, Probe } from './probe';

/** The OAuth 2.0 provider came with 7.20. */
const oldest = [7, 20];

/**
 * Whether Bitbucket Server answers, and in a version that has OAuth 2.0.
 *
 * @see https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html
 * @internal
 */
export async function checkBitbucket(probe: Probe, baseUrl: string): Promise<Check> {
  const url = `${baseUrl}/rest/api/latest/application-properties`;
  const name = 'bitbucket';
  let answer;
  try {
    answer = await probe(url);
  } catch (error) {
    return {
      name,
      status: 'fail',
      text: `no answer: ${isSignInError(error) ? error.detail : String(error)}`,
      mend: 'check host or baseUrl, the network from here, and the certificate',
    };
  }
  const version = (answer.json as { version?: unknown } | undefined)?.version;
  if (typeof version !== 'string') {
    const type = answer.headers.get('content-type') ?? 'no content type';
    return {
      name,
      status: 'fail',
      text: `${url} answered ${answer.status} (${quote(type)}), so this is not a Bitbucket Server`,
      mend: 'check the context path in host or baseUrl, and whether a proxy asks for a login before',
    };
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!);
  return isOld
    ? {
        name,
        status: 'fail',
        text: `version ${quote(version)} has no OAuth 2.0`,
        mend: 'Bitbucket 7.20 or later is needed',
      }
    : {
        name,
        status: 'ok',
        text: `${baseUrl} answers, version ${version.replace(/[^\w.-]/g, '')}`,
      };
}

interface CheckCredentialOptions {
  readonly probe: Probe;
  readonly baseUrl: string;
  /** Name of the check. */
  readonly name: string;
  /** Whether production asks with it, and a resolver needs what only `admin/users` says. */
  readonly needsDirectory: boolean;
  readonly authorization: string;
}

/**
 * Whether a credential for the list of users is one, and how much of the list it sees.
 */
async function checkCredential(options: CheckCredentialOptions): Promise<Check> {
  const { probe, baseUrl, name, needsDirectory, authorization } = options;
  const read = async (path: string) =>
    (await probe(`${baseUrl}/rest/api/latest/${path}?limit=1`, authorization)).status;
  try {
    const admin = await read('admin/users');
    if (admin === 200) return { name, status: 'ok', text: 'it reads admin/users' };
    const users = await read('users');
    if (users !== 200) {
      const mend = 'make a new HTTP access token of a licensed user';
      return { name, status: 'fail', text: `it is refused: users answers ${users}`, mend };
    }
    return {
      name,
      status: needsDirectory ? 'fail' : 'warn',
      text: `it reads users, but admin/users answers ${admin}: no last sign-in, no directories`,
      mend: needsDirectory
        ? 'emailTrust "readOnlyDirectory" needs a credential that may read admin/users'
        : 'a licensed user with more rights sees when people last signed in',
    };
  } catch (error) {
    const text = isSignInError(error) ? error.detail : quote(String(error));
    return { name, status: 'fail', text, mend: 'see the line on bitbucket' };
  }
}

interface CheckCredentialsOptions {
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
