import type { Config } from '@backstage/config';
import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { quote } from '../quote';
import { readAuthorization, readDirectoryAuthorization } from '../sources';
import type { Check, Probe } from './probe';

/** The first version with an OAuth 2.0 provider. */
const oldest = [7, 20];

/**
 * Whether Bitbucket Server answers, and its version has OAuth 2.0.
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
      fix: 'check host or baseUrl, the network from here, and the certificate',
    };
  }
  const version = (answer.json as { version?: unknown } | undefined)?.version;
  if (typeof version !== 'string') {
    const type = answer.headers.get('content-type') ?? 'no content type';
    return {
      name,
      status: 'fail',
      text: `${url} answered ${answer.status} (${quote(type)}), so this is not a Bitbucket Server`,
      fix: 'check the context path in host or baseUrl, and whether a proxy asks for a login first',
    };
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!);
  return isOld
    ? {
        name,
        status: 'fail',
        text: `version ${quote(version)} has no OAuth 2.0`,
        fix: 'Bitbucket 7.20 or later is needed',
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
  /** Whether the sign-in uses it, and a resolver needs what only `admin/users` contains. */
  readonly needsDirectory: boolean;
  readonly authorization: string;
}

/**
 * Whether a credential is valid, and which list of users it can read.
 */
async function checkCredential(options: CheckCredentialOptions): Promise<Check> {
  const { probe, baseUrl, name, needsDirectory, authorization } = options;
  const read = async (path: string) =>
    (await probe(`${baseUrl}/rest/api/latest/${path}?limit=1`, authorization)).status;
  try {
    const admin = await read('admin/users');
    if (admin === 200) return { name, status: 'ok', text: 'can read admin/users' };
    const users = await read('users');
    if (users !== 200) {
      const fix = 'create a new HTTP access token of a licensed user';
      return { name, status: 'fail', text: `refused: users answered ${users}`, fix };
    }
    return {
      name,
      status: needsDirectory ? 'fail' : 'warn',
      text: `can read users, but admin/users answered ${admin}: no last sign-in, no directories`,
      fix: needsDirectory
        ? 'emailTrust "readOnlyDirectory" needs a credential that may read admin/users'
        : 'a licensed user with more permissions can see when people last signed in',
    };
  } catch (error) {
    const text = isSignInError(error) ? error.detail : quote(String(error));
    return { name, status: 'fail', text, fix: 'see the check "bitbucket"' };
  }
}

interface CheckCredentialsOptions {
  readonly probe: Probe;
  readonly baseUrl: string;
  readonly needsDirectory: boolean;
  /** Of the environment. */
  readonly config: Config;
  readonly path: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Checks the credential of `directory`, which the sign-in uses, and that of the audit if it is another
 * one: an administrator's own token proves nothing about what the backend may read.
 *
 * @internal
 */
export async function* checkCredentials(options: CheckCredentialsOptions): AsyncGenerator<Check> {
  const { probe, baseUrl, needsDirectory, config, path, variables } = options;
  const shared = { probe, baseUrl };
  let directory: string | undefined;
  if (config.has('directory')) {
    const read = readDirectoryAuthorization(config, path);
    // If it is not valid, the check of the config reports that.
    directory = 'authorization' in read ? read.authorization : undefined;
    if (directory !== undefined) {
      const name = 'directory credential';
      yield await checkCredential({ ...shared, name, needsDirectory, authorization: directory });
    }
  }
  const name = 'bitbucket credential';
  let authorization: string | undefined;
  try {
    authorization = readAuthorization(config, path, variables);
  } catch (error) {
    const text = isSignInError(error) ? error.detail : (error as Error).message;
    yield { name, status: 'fail', text, fix: 'correct this credential' };
    return;
  }
  if (authorization === undefined) {
    yield {
      name,
      status: 'skip',
      text: 'not configured; the audit needs one, a sign-in does not',
      fix: 'set BITBUCKET_TOKEN to an HTTP access token, or "directory" in the config',
    };
  } else if (authorization !== directory) {
    yield await checkCredential({ ...shared, name, needsDirectory: false, authorization });
  }
}
