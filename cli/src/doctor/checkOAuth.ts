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
 * Whether the OAuth endpoints exist and know the client, and which scopes the application link grants.
 *
 * It requests the highest scope on purpose: Bitbucket refuses it without a consent page, and lists the
 * scopes that the link grants. The code that it exchanges does not exist, so no token is issued.
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
        text: `answered ${answer.status} for this client ID and redirect URL ${redirectUri}`,
        fix: 'compare both with the incoming application link (Administration, Application links)',
      };
    }
    const { searchParams } = new URL(location, baseUrl);
    const error = searchParams.get('error');
    if (error === 'invalid_scope') return describeScopes(searchParams.get('error_description'));
    if (error) {
      return {
        name,
        status: 'fail',
        text: `answered with the error ${quote(error)}`,
        fix: 'see docs/errors.md',
      };
    }
    return {
      name,
      status: 'ok',
      text: 'available; it does not say which scopes the link grants',
    };
  } catch (error) {
    return { name, status: 'fail', text: describe(error), fix: 'see the check "bitbucket"' };
  }
}

function describeScopes(description: string | null): Check {
  const name = 'link scopes';
  const granted = /client scope \['([A-Z_ ]+)'\]/.exec(description ?? '')?.[1];
  return granted
    ? {
        name,
        status: 'ok',
        text: `the link grants ${granted}; the frontend must not request others (PUBLIC_REPOS is enough to sign in)`,
      }
    : {
        name,
        status: 'ok',
        text: 'the link does not grant SYSTEM_ADMIN; which scopes it grants is not known',
      };
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
      return { name, status: 'ok', text: 'accepts clientId and clientSecret' };
    }
    const isClient = error === 'invalid_client' || status === 401;
    return {
      name,
      status: isClient ? 'fail' : 'warn',
      text: isClient
        ? 'rejects clientId and clientSecret'
        : `answered ${status} ${quote(error ?? 'without an error code')} for a code that does not exist`,
      fix: isClient ? 'copy both again from the incoming application link' : 'try a sign-in',
    };
  } catch (error) {
    if (isSignInError(error) && error.code === 'BITBUCKET_NOT_FOUND') return noEndpoint(name);
    return { name, status: 'fail', text: describe(error), fix: 'see the check "bitbucket"' };
  }
}

function noEndpoint(name: string): Check {
  return {
    name,
    status: 'fail',
    text: 'does not exist',
    fix: 'OAuth 2.0 needs Bitbucket 7.20 or later, an https base URL, and its plug-in enabled',
  };
}

function describe(error: unknown): string {
  return isSignInError(error) ? error.detail : String(error);
}
