import {
  createBitbucketHttp,
  isSignInError,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { quote } from '../quote';
import type { Check, Probe } from './probe';

/** @internal */
export interface CheckOAuthOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
  readonly probe: Probe;
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/**
 * Whether the OAuth endpoints are there and know the client, and which scopes the link grants.
 *
 * It asks for the highest scope on purpose: nobody is shown a consent for it, and the refusal lists
 * what the link grants. The code that it exchanges is none, so that nothing is granted.
 *
 * @internal
 */
export async function checkOAuth(options: CheckOAuthOptions): Promise<Check[]> {
  return [await checkAuthorize(options), await checkToken(options)];
}

async function checkAuthorize(options: CheckOAuthOptions): Promise<Check> {
  const name = 'authorize endpoint';
  const { probe, baseUrl, clientId, redirectUri } = options;
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'SYSTEM_ADMIN',
    state: 'doctor',
  });
  try {
    const answer = await probe(`${baseUrl}/rest/oauth2/latest/authorize?${query}`);
    const location = answer.headers.get('location');
    if (answer.status === 404) return noEndpoint(name);
    if (!location || answer.status >= 400) {
      return {
        name,
        status: 'fail',
        text: `it answered ${answer.status} to the client ID and ${redirectUri}`,
        mend: 'compare both with the incoming application link (Administration, Application links)',
      };
    }
    const { searchParams } = new URL(location, baseUrl);
    const error = searchParams.get('error');
    if (error === 'invalid_scope') return describeScopes(searchParams.get('error_description'));
    if (error) {
      return {
        name,
        status: 'fail',
        text: `it answers the error ${quote(error)}`,
        mend: 'see docs/errors.md',
      };
    }
    return {
      name,
      status: 'ok',
      text: 'it is there; the scopes of the link cannot be seen from here',
    };
  } catch (error) {
    return { name, status: 'fail', text: describe(error), mend: 'see the line on bitbucket' };
  }
}

function describeScopes(description: string | null): Check {
  const name = 'link scopes';
  const granted = /client scope \['([A-Z_ ]+)'\]/.exec(description ?? '')?.[1];
  return granted
    ? {
        name,
        status: 'ok',
        text: `the link grants ${granted}; the frontend must ask for no other (PUBLIC_REPOS is enough to sign in)`,
      }
    : { name, status: 'ok', text: 'the endpoint is there; the link does not grant SYSTEM_ADMIN' };
}

async function checkToken(options: CheckOAuthOptions): Promise<Check> {
  const name = 'token endpoint';
  const { baseUrl, clientId, clientSecret, redirectUri, fetch, signal } = options;
  try {
    const { status, json } = await createBitbucketHttp({ fetch }).postForm(
      `${baseUrl}/rest/oauth2/latest/token`,
      {
        grant_type: 'authorization_code',
        code: 'doctor',
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uri: redirectUri,
      },
      { signal },
    );
    const error = (json as { error?: unknown } | undefined)?.error;
    if (error === 'invalid_grant') {
      return { name, status: 'ok', text: 'it is there and accepts client ID and secret' };
    }
    const isClient = error === 'invalid_client' || status === 401;
    return {
      name,
      status: isClient ? 'fail' : 'warn',
      text: isClient
        ? 'it does not accept clientId and clientSecret'
        : `it answered ${status} ${quote(error ?? 'without an error code')} to a code that does not exist`,
      mend: isClient ? 'copy both again from the incoming application link' : 'try a sign-in',
    };
  } catch (error) {
    if (isSignInError(error) && error.code === 'BITBUCKET_NOT_FOUND') return noEndpoint(name);
    return { name, status: 'fail', text: describe(error), mend: 'see the line on bitbucket' };
  }
}

function noEndpoint(name: string): Check {
  return {
    name,
    status: 'fail',
    text: 'it is not there',
    mend: 'OAuth 2.0 needs Bitbucket 7.20, an https base URL, and its plug-in enabled',
  };
}

function describe(error: unknown): string {
  return isSignInError(error) ? error.detail : String(error);
}
