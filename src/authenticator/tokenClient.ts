import type { LoggerService } from '@backstage/backend-plugin-api';
import { SignInError } from '../errors';
import type { SignInErrorCode } from '../errors';
import type { BitbucketHttp, JsonAnswer } from '../http';
import { clock, createQueue } from '../shared';
import type { ProviderConfig } from './authenticatorConfig';
import { readOAuthError } from './oauthError';
import type { TokenAnswer } from './session';

/** A refresh may take this many times `timeout`, because Bitbucket may answer after the browser gave up. */
const refreshTimeoutFactor = 3;
/** Parallel requests. Otherwise anybody could open any number of connections with made-up tokens. */
const maxExchanges = 100;
const maxWaiting = 10_000;

/**
 * Makes the client of the token endpoint. It throws {@link SignInError} only, and never retries.
 * Client id and secret go into the body: Bitbucket documents no other way.
 */
export function createTokenClient(
  config: ProviderConfig,
  http: BitbucketHttp,
  logger: LoggerService | undefined,
) {
  const { baseUrl, clientId, clientSecret, callbackUrl, timeoutMs } = config;
  const url = `${baseUrl}/rest/oauth2/latest/token`;
  const client = { client_id: clientId, client_secret: clientSecret, redirect_uri: callbackUrl };
  const enqueue = createQueue({
    concurrency: maxExchanges,
    maxWaiting,
    timeoutMs,
    name: 'token_endpoint',
  });

  async function inTurn<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await enqueue(work, signal);
    } catch (error) {
      const { name } = error as Error;
      if (name === 'AbortError') {
        throw failure('REQUEST_ABORTED', 'was not called: the browser closed the connection');
      }
      if (name !== 'QueueFullError' && name !== 'TimeoutError') throw error;
      const why = name === 'TimeoutError' ? `none had ended in ${timeoutMs} ms` : 'too many wait';
      throw failure('BITBUCKET_BUSY', `has ${maxExchanges} requests under way, and ${why}`);
    }
  }

  function read(answer: JsonAnswer, rejectedGrant: SignInErrorCode, secrets: string[]) {
    const { status, json } = answer;
    const error = readOAuthError(json, [clientSecret, ...secrets]);
    if (status < 300 && error.code === undefined) {
      const { tokens, invalidKeys } = readTokens(json);
      if (!tokens) {
        throw failure('TOKEN_RESPONSE_INVALID', `answered ${status} without an access token`);
      }
      for (const key of invalidKeys) {
        // Names of keys only: the values are tokens.
        logger?.warn(
          `The token endpoint of Bitbucket Server answered with an invalid "${key}"; the tokens are used anyway`,
        );
      }
      return tokens;
    }
    const code = codeOfError(answer, error.code, rejectedGrant);
    // Codes live for seconds. Refresh tokens live for months, and no clock is that wrong.
    const skew = code === 'AUTHORIZATION_CODE_REJECTED' ? describeClockSkew(answer.headers) : '';
    throw failure(code, `answered ${status} with ${error.text}${skew && `. ${skew}`}`, skew);
  }

  return {
    async exchangeCode(code: string, codeVerifier: string, signal: AbortSignal | undefined) {
      const secrets = { code, code_verifier: codeVerifier };
      const fields = { grant_type: 'authorization_code', ...secrets, ...client };
      const operation = 'exchange_code';
      const answer = await inTurn(() => http.postForm(url, fields, { signal, operation }), signal);
      return read(answer, 'AUTHORIZATION_CODE_REJECTED', Object.values(secrets));
    },

    /**
     * The server invalidates both old tokens, so losing the response would end the session. Once sent,
     * the request therefore continues when its caller gives up, and has more time than the browser.
     */
    async exchangeRefreshToken(refreshToken: string, signal?: AbortSignal) {
      const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, ...client };
      const operation = 'exchange_refresh_token';
      const timeout = { milliseconds: timeoutMs * refreshTimeoutFactor };
      const answer = await inTurn(() => http.postForm(url, fields, { operation, timeout }), signal);
      return read(answer, 'SESSION_ENDED', [refreshToken]);
    },
  };
}

// Tokens travel in headers and cookies: nothing but visible ASCII may be in them.
const tokenShape = /^[\x21-\x7e]{1,16384}$/;

/**
 * Reads the tokens of a response. The server has invalidated the old ones, so an invalid value of
 * another key must not lose the new ones.
 */
function readTokens(json: unknown): { tokens?: TokenAnswer; invalidKeys: string[] } {
  const body = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const invalidKeys: string[] = [];
  const take = <T>(key: string, parse: (value: unknown) => T | undefined): T | undefined => {
    const value = Object.hasOwn(body, key) ? body[key] : undefined;
    if (value === undefined || value === null || value === '') return undefined;
    const parsed = parse(value);
    if (parsed === undefined) invalidKeys.push(key);
    return parsed;
  };
  const token = (value: unknown) =>
    typeof value === 'string' && tokenShape.test(value) ? value : undefined;
  const accessToken = take('access_token', token);
  if (accessToken === undefined) return { invalidKeys };
  take('token_type', value => (/^bearer$/i.test(String(value)) ? value : undefined));
  return {
    tokens: {
      accessToken,
      refreshToken: take('refresh_token', token),
      scope:
        take('scope', value => (typeof value === 'string' ? value.trim() : undefined)) || undefined,
      expiresInSeconds: take('expires_in', value => {
        const seconds = typeof value === 'string' ? Number.parseFloat(value) : value;
        return typeof seconds === 'number' && seconds >= 0 && seconds < 1e10 ? seconds : undefined;
      }),
    },
    invalidKeys,
  };
}

function codeOfError(
  { status, json }: JsonAnswer,
  error: string | undefined,
  rejectedGrant: SignInErrorCode,
): SignInErrorCode {
  switch (error) {
    case 'invalid_grant':
      return rejectedGrant;
    case 'invalid_client':
    case 'unauthorized_client':
      return 'CLIENT_REJECTED';
    case 'invalid_scope':
      return 'AUTHORIZATION_SCOPE_INVALID';
    case 'temporarily_unavailable':
    case 'server_error':
      return 'BITBUCKET_UNAVAILABLE';
    default:
      if (status === 401) return 'CLIENT_REJECTED';
      if (status === 403) return 'AUTHORIZATION_FAILED';
      return json === undefined ? 'BITBUCKET_RESPONSE_INVALID' : 'AUTHORIZATION_FAILED';
  }
}

function failure(code: SignInErrorCode, what: string, hint?: string) {
  return new SignInError(code, {
    phase: 'token',
    detail: `The token endpoint of Bitbucket Server ${what}`,
    hint,
  });
}

/** A smaller difference may come from a slow network. */
const noticeableSkewMs = 30_000;

/**
 * A sentence for people when the `Date` header of the response is far from our clock; otherwise empty.
 * If clocks differ, also between the nodes of a cluster, codes and tokens expire too early.
 */
function describeClockSkew(headers: Headers): string {
  const date = Date.parse(headers.get('date') ?? '');
  const differenceMs = Math.abs(clock.now() - date);
  if (!(differenceMs >= noticeableSkewMs)) return '';
  return `The clocks of Backstage and Bitbucket Server differ by ${describeDuration(differenceMs)}; please tell your administrators.`;
}

function describeDuration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 2) return `about ${Math.round(ms / 1_000)} seconds`;
  return minutes < 120 ? `about ${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`;
}
