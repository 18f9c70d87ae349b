import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { createOAuthAuthenticator } from '@backstage/plugin-auth-node';
import type { OAuthAuthenticator } from '@backstage/plugin-auth-node';
import { createRefusalLog, SignInError } from '../errors';
import { createBitbucketHttp } from '../http';
import { readSignedInUser, toPassportProfile } from '../profile';
import type { BitbucketServerPassportProfile, BitbucketServerUser } from '../profile';
import { composeProfileTransforms, requireActiveUser } from '../transforms';
import { startAttempt, takeAttempt } from './attempt';
import type { RequestWithResponse } from './attempt';
import { readAuthenticatorConfig } from './authenticatorConfig';
import { authorizationError, readOAuthError } from './oauthError';
import { createRefresher } from './refresher';
import type { SessionEvent } from './refresher';
import { createSealedNotes } from './sealedNotes';
import { createSessionCookie, undeliveredSessions } from './session';
import { createTokenClient } from './tokenClient';

/**
 * Options of {@link createBitbucketServerAuthenticator}. All of them are optional.
 *
 * @public
 */
export interface BitbucketServerAuthenticatorOptions {
  /** Calls Bitbucket. Default: the global `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * The cache that replicas of the backend share, so that one finds the sessions that another has
   * just refreshed: `coreServices.cache` with a shared store. Everything in it is encrypted.
   * Default: none, so each process knows its own sessions only.
   */
  readonly cache?: CacheService;
  /** Gets every refusal with its reference. Default: nothing is logged; errors are thrown all the same. */
  readonly logger?: LoggerService;
  /**
   * Called for each refresh, each refresh token that was used twice, and each sign-out. Must not
   * throw.
   */
  readonly onSessionEvent?: (event: SessionEvent) => void;
}

/**
 * Makes the OAuth 2.0 authenticator for Bitbucket Server / Data Center.
 *
 * Its default profile transform refuses deactivated and service accounts.
 *
 * @throws SignInError at start `CONFIG_INVALID`, later the codes of the phases `authorize`, `token` and `profile`
 * @example
 * ```ts
 * createOAuthProviderFactory({ authenticator: createBitbucketServerAuthenticator({ cache, logger }) });
 * ```
 * @public
 */
export function createBitbucketServerAuthenticator(
  options: BitbucketServerAuthenticatorOptions = {},
): OAuthAuthenticator<unknown, BitbucketServerPassportProfile> {
  const log = createRefusalLog(options.logger);

  return createOAuthAuthenticator<ReturnType<typeof createContext>, BitbucketServerPassportProfile>(
    {
      defaultProfileTransform: composeProfileTransforms(requireActiveUser()),

      initialize: ({ config, callbackUrl }) => createContext(config, callbackUrl, options),

      start: async ({ req, scope, state }, { config }) =>
        log.watch(async () => ({ url: startAttempt(req, { scope, state }, config) })),

      authenticate: ({ req }, { config, cookie, readUser, refresher, tokenClient }) =>
        log.watch(async () => {
          preventCaching(req);
          const attempt = takeAttempt(req, req.query.state, config);
          const { code, error } = req.query;
          if (error !== undefined) {
            throw authorizationError(readOAuthError(req.query, [config.clientSecret]), attempt);
          }
          if (typeof code !== 'string' || code === '') {
            throw new SignInError('AUTHORIZATION_FAILED', {
              phase: 'authorize',
              detail: 'Bitbucket Server redirected back with neither a code nor an error',
            });
          }
          const signal = createRequestSignal(req);
          const tokens = await tokenClient.exchangeCode(code, attempt.verifier, signal);
          // A first sign-in always reads the user.
          const user = await readUser(tokens.accessToken, signal);
          refresher.remember(tokens, user);
          return {
            fullProfile: toPassportProfile(user, { baseUrl: config.baseUrl, refresh: false }),
            session: cookie.toOAuthSession(tokens, attempt.scope),
          };
        }),

      refresh: ({ req, refreshToken }, { config, cookie, refresher }) =>
        log.watch(async () => {
          preventCaching(req);
          const known = cookie.read(refreshToken);
          const answer = await refresher.refresh(known.refreshToken, createRequestSignal(req));
          const session = cookie.toOAuthSession(answer.tokens, known.scope);
          onCookieDelivered(req, session.refreshToken, answer.delivered);
          if ('error' in answer) {
            undeliveredSessions.set(answer.error, session);
            throw answer.error;
          }
          const { baseUrl } = config;
          return {
            fullProfile: toPassportProfile(answer.user, { baseUrl, refresh: true }),
            session,
          };
        }),

      async logout({ refreshToken }, { cookie, refresher }) {
        if (!refreshToken) return;
        try {
          await refresher.signOut(cookie.read(refreshToken).refreshToken);
        } catch (error) {
          // The session belongs to another server, so there is nothing to end here.
          log.write(error);
        }
      },
    },
  );
}

/**
 * The authenticator without a log and a shared cache.
 *
 * @public
 */
export const bitbucketServerAuthenticator = createBitbucketServerAuthenticator();

/** What the methods of the authenticator share, for one environment of the provider. */
function createContext(
  rawConfig: Config,
  derivedCallbackUrl: string,
  options: BitbucketServerAuthenticatorOptions,
) {
  const { cache, logger, fetch, onSessionEvent } = options;
  const fromFile = readAuthenticatorConfig(rawConfig);
  const config = { ...fromFile, callbackUrl: fromFile.callbackUrl ?? derivedCallbackUrl };
  const { baseUrl, timeoutMs } = config;
  const http = createBitbucketHttp({ fetch, timeout: { milliseconds: timeoutMs } });
  const tokenClient = createTokenClient(config, http, logger);
  const readUser = (accessToken: string, signal?: AbortSignal, previous?: BitbucketServerUser) =>
    readSignedInUser({ http, baseUrl, accessToken, signal }, previous);
  return {
    config,
    cookie: createSessionCookie(baseUrl, config.clientId),
    readUser,
    tokenClient,
    refresher: createRefresher({
      ...config,
      notes: createSealedNotes(config, cache, logger),
      exchange: tokenClient.exchangeRefreshToken,
      readUser,
      logger,
      onEvent: onSessionEvent,
    }),
  };
}

/** Tokens must not be cached by a browser or a proxy. */
function preventCaching({ res }: RequestWithResponse): void {
  if (res && !res.headersSent) res.setHeader('Cache-Control', 'no-store');
}

/**
 * A signal that fires when the browser disconnects before it has its answer; `undefined` without a
 * response to watch.
 */
function createRequestSignal(request: RequestWithResponse): AbortSignal | undefined {
  const response = request.res;
  // A caller without a real response, such as a test with a mock, gets no signal.
  if (typeof response?.once !== 'function') return undefined;
  const controller = new AbortController();
  if (response.destroyed && !response.writableFinished) controller.abort();
  // The request closes as soon as it is read, so the response must be watched.
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/**
 * Calls `delivered` when the browser has received its whole answer and the answer sets a cookie to
 * this value. Backstage does not set the cookie when something after the refresh fails.
 */
function onCookieDelivered(
  request: RequestWithResponse,
  value: string | undefined,
  delivered: () => void,
): void {
  const response = request.res;
  if (value === undefined || typeof response?.once !== 'function') return;
  response.once('finish', () => {
    const cookies = [response.getHeader('set-cookie') ?? []].flat().map(String);
    if (cookies.some(cookie => cookie.includes(encodeURIComponent(value)))) delivered();
  });
}
