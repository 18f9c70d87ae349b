import { createSignInError } from '../errors';
import type { SignInErrorCode } from '../errors';
import type { BitbucketHttp, JsonAnswer } from '../http';
import { describeClockSkew } from './describeClockSkew';
import { readOAuthError } from './readOAuthError';
import { tokenAnswerSchema } from './TokenAnswer';
import type { TokenAnswer } from './TokenAnswer';

export interface TokenClientOptions {
  readonly http: BitbucketHttp;
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackUrl: string;
  readonly now: () => number;
}

/** The token endpoint of Bitbucket Server. Throws {@link SignInError} only; never retries. */
export interface TokenClient {
  exchangeCode(
    code: string,
    codeVerifier: string,
    signal: AbortSignal | undefined,
  ): Promise<TokenAnswer>;
  /** Ends both tokens of the session on the server: its answer must not be lost. */
  exchangeRefreshToken(refreshToken: string, timeoutMs: number): Promise<TokenAnswer>;
}

/**
 * Makes the client of the token endpoint. Client id and secret go into the body: Bitbucket documents
 * no other way.
 *
 * @internal
 */
export function createTokenClient(options: TokenClientOptions): TokenClient {
  const { http, baseUrl, clientId, clientSecret, callbackUrl } = options;
  const url = `${baseUrl}/rest/oauth2/latest/token`;
  const client = { client_id: clientId, client_secret: clientSecret, redirect_uri: callbackUrl };

  function read(answer: JsonAnswer, rejectedGrant: SignInErrorCode, secrets: string[]) {
    const { status, json } = answer;
    const error = readOAuthError(json, [clientSecret, ...secrets]);
    if (status < 300 && error.code === undefined) {
      const parsed = tokenAnswerSchema.safeParse(json);
      if (parsed.success) return parsed.data;
      const keys = parsed.error.issues.map(issue => issue.path.join('.') || 'body').join(', ');
      // Names of keys only: the values are tokens.
      throw failure('TOKEN_RESPONSE_INVALID', `answered ${status}, but not valid are: ${keys}`);
    }
    const code = codeOfError(answer, error.code, rejectedGrant);
    // A code lives for seconds; a refresh token for months, which no clock is wrong by.
    const skew =
      code === 'AUTHORIZATION_CODE_REJECTED'
        ? describeClockSkew(answer.headers, options.now())
        : '';
    throw failure(code, `answered ${status} with ${error.text}${skew && `. ${skew}`}`, skew);
  }

  return {
    async exchangeCode(code, codeVerifier, signal) {
      const secrets = { code, code_verifier: codeVerifier };
      const fields = { grant_type: 'authorization_code', ...secrets, ...client };
      const answer = await http.postForm(url, fields, { signal });
      return read(answer, 'AUTHORIZATION_CODE_REJECTED', Object.values(secrets));
    },
    async exchangeRefreshToken(refreshToken, timeoutMs) {
      const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, ...client };
      const answer = await http.postForm(url, fields, { timeoutMs });
      return read(answer, 'SESSION_ENDED', [refreshToken]);
    },
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
  return createSignInError(code, {
    phase: 'token',
    detail: `The token endpoint of Bitbucket Server ${what}`,
    hint,
  });
}
