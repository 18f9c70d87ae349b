import {
  createBitbucketHttp,
  isSignInError,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { quote } from '../quote';
import type { Check } from './Check';

/** @internal */
export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Only of a 2xx answer in JSON. */
  readonly json?: unknown;
}

/** @internal */
export type Probe = (url: string, authorization?: string) => Promise<ProbeAnswer>;

/**
 * Asks for any answer, also one that is an error in a sign-in: a redirect, a refusal, a page. With
 * the limits of all calls to Bitbucket.
 *
 * @throws SignInError when there is no answer at all
 * @internal
 */
export function createProbe({
  fetch = (input, init) => globalThis.fetch(input, init),
  signal,
}: {
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}): Probe {
  return async (url, authorization) => {
    let seen: Response | undefined;
    const http = createBitbucketHttp({
      retries: 0,
      fetch: async (input, init) => (seen = await fetch(input, init)),
    });
    try {
      return await http.getJson(url, { authorization, signal });
    } catch (error) {
      if (!seen) throw error;
      return { status: seen.status, headers: seen.headers };
    }
  };
}

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

/** @internal */
export interface CheckCredentialOptions {
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
 *
 * @internal
 */
export async function checkCredential(options: CheckCredentialOptions): Promise<Check> {
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
