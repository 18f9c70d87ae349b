import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { createOAuthAuthenticator } from '@backstage/plugin-auth-node';
import type { OAuthAuthenticator } from '@backstage/plugin-auth-node';
import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { createRefusalLog, createSignInError } from '../errors';
import { createBitbucketHttp } from '../http';
import type { BitbucketHttp, BitbucketHttpOptions } from '../http';
import { readSignedInUser, toPassportProfile } from '../profile';
import type { BitbucketServerPassportProfile, BitbucketServerUser } from '../profile';
import { sleep as defaultSleep } from '../shared';
import { composeProfileTransforms, requireActiveUser } from '../transforms';
import { startAttempt, takeAttempt } from './attempt';
import type { AttemptConfig } from './attempt';
import { authorizationError, readOAuthError } from './oauthError';
import { readAuthenticatorConfig } from './authenticatorConfig';
import { createRefresher } from './refresher';
import type { Refresher } from './refresher';
import type { SessionEvent } from './sessionEvent';
import { createRequestSignal, onCookieDelivered } from './requestSignals';
import type { RequestWithResponse } from './requestSignals';
import { createSealedNotes } from './sealedNotes';
import { createSessionCookie, keepUndelivered, toOAuthSession } from './session';
import type { SessionCookie } from './session';
import { createTokenClient } from './tokenClient';
import type { TokenClient } from './tokenClient';

/**
 * Options of {@link createBitbucketServerAuthenticator}. All of them are optional.
 *
 * @public
 */
export interface BitbucketServerAuthenticatorOptions extends Pick<
  BitbucketHttpOptions,
  'fetch' | 'now' | 'random' | 'sleep'
> {
  /**
   * The cache that replicas of the backend share, so that one finds the sessions that another has
   * just refreshed: `coreServices.cache` with a shared store. Everything in it is encrypted.
   * Default: none, so each process knows its own sessions only.
   */
  readonly cache?: CacheService;
  /** Gets every refusal with its reference. Default: nothing is logged; errors are thrown all the same. */
  readonly logger?: LoggerService;
  /**
   * How long a user that was read is used for session refreshes. Zero reads the user at each
   * refresh. The config key `profileCacheTtl` takes precedence. Default one minute.
   */
  readonly profileCacheTtl?: HumanDuration;
  /**
   * Called for each refresh, each refresh token that was used twice, and each sign-out. Must not
   * throw.
   */
  readonly onSessionEvent?: (event: SessionEvent) => void;
}

/**
 * What the authenticator keeps per environment of the provider. Its content is private.
 *
 * @public
 */
export interface BitbucketServerAuthenticatorContext {
  readonly internal: object;
}

function contextOf({ internal }: BitbucketServerAuthenticatorContext): AuthenticatorContext {
  return internal as AuthenticatorContext;
}

interface AuthenticatorContext {
  readonly config: AttemptConfig & { readonly clientSecret: string };
  readonly cookie: SessionCookie;
  readonly tokenClient: TokenClient;
  readonly refresher: Refresher;
  readonly http: BitbucketHttp;
}

/**
 * The authenticator of this package, for `createOAuthProviderFactory` or
 * {@link createBitbucketServerProviderFactory}.
 *
 * @public
 */
export type BitbucketServerAuthenticator = OAuthAuthenticator<
  BitbucketServerAuthenticatorContext,
  BitbucketServerPassportProfile
>;

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
): BitbucketServerAuthenticator {
  const log = createRefusalLog(options.logger);

  return createOAuthAuthenticator({
    defaultProfileTransform: composeProfileTransforms(requireActiveUser()),

    initialize: ({ config, callbackUrl }): BitbucketServerAuthenticatorContext => ({
      internal: createContext(config, callbackUrl, options),
    }),

    start: async ({ req, scope, state }, context) =>
      log.watch(async () => ({
        url: startAttempt(req, { scope, state }, contextOf(context).config),
      })),

    authenticate: ({ req }, context) =>
      log.watch(async () => {
        const internal = contextOf(context);
        const { config, refresher, tokenClient } = internal;
        forbidStoring(req);
        const attempt = takeAttempt(req, req.query.state, config);
        const { code, error } = req.query;
        if (error !== undefined) {
          throw authorizationError(readOAuthError(req.query, [config.clientSecret]), attempt);
        }
        if (typeof code !== 'string' || code === '') {
          throw createSignInError('AUTHORIZATION_FAILED', {
            phase: 'authorize',
            detail: 'Bitbucket Server redirected back with neither a code nor an error',
          });
        }
        const signal = createRequestSignal(req);
        const tokens = await tokenClient.exchangeCode(code, attempt.verifier, signal);
        // A first sign-in always reads the user.
        const user = await readUser(internal, tokens.accessToken, signal);
        refresher.remember(tokens, user);
        return {
          fullProfile: toProfile(internal, user, false),
          session: toOAuthSession(internal.cookie, tokens, attempt.scope),
        };
      }),

    refresh: ({ req, refreshToken }, context) =>
      log.watch(async () => {
        const internal = contextOf(context);
        forbidStoring(req);
        const session = internal.cookie.read(refreshToken);
        const signal = createRequestSignal(req);
        const answer = await internal.refresher.refresh(session.refreshToken, signal);
        const oauthSession = toOAuthSession(internal.cookie, answer.tokens, session.scope);
        onCookieDelivered(req, oauthSession.refreshToken, answer.delivered);
        if ('error' in answer) {
          keepUndelivered(answer.error, oauthSession);
          throw answer.error;
        }
        return { fullProfile: toProfile(internal, answer.user, true), session: oauthSession };
      }),

    async logout({ refreshToken }, context) {
      if (!refreshToken) return undefined;
      const internal = contextOf(context);
      try {
        await internal.refresher.signOut(internal.cookie.read(refreshToken).refreshToken);
      } catch (error) {
        // The session belongs to another server, so there is nothing to end here.
        log.write(error);
      }
      return undefined;
    },
  });
}

/**
 * The authenticator without a cache of users: every sign-in and refresh reads the user from
 * Bitbucket, unless `profileCacheTtl` is configured.
 *
 * @public
 */
export const bitbucketServerAuthenticator = createBitbucketServerAuthenticator({
  profileCacheTtl: { seconds: 0 },
});

function createContext(
  rawConfig: Config,
  derivedCallbackUrl: string,
  options: BitbucketServerAuthenticatorOptions,
): AuthenticatorContext {
  const { cache, logger, fetch, onSessionEvent, profileCacheTtl = { minutes: 1 } } = options;
  const { now = Date.now, random = Math.random, sleep = defaultSleep } = options;
  const fromFile = readAuthenticatorConfig(rawConfig);
  const config = { ...fromFile, callbackUrl: fromFile.callbackUrl ?? derivedCallbackUrl };
  const { baseUrl, clientId, timeoutMs } = config;
  const http = createBitbucketHttp({
    fetch,
    now,
    random,
    sleep,
    timeout: { milliseconds: timeoutMs },
  });
  const tokenClient = createTokenClient({ ...config, http, now, sleep, logger });
  return {
    config,
    http,
    tokenClient,
    cookie: createSessionCookie(baseUrl, clientId),
    refresher: createRefresher({
      notes: createSealedNotes({ ...config, cache, now, logger }),
      exchange: tokenClient.exchangeRefreshToken,
      readUser: (accessToken, signal, previous) =>
        readSignedInUser({ http, baseUrl, accessToken, signal }, previous),
      timeoutMs,
      profileCacheTtlMs: config.profileCacheTtlMs ?? durationToMilliseconds(profileCacheTtl),
      staleIfErrorMs: config.staleIfErrorMs,
      now,
      sleep,
      logger,
      onEvent: onSessionEvent,
    }),
  };
}

function readUser(
  { http, config }: AuthenticatorContext,
  accessToken: string,
  signal: AbortSignal | undefined,
): Promise<BitbucketServerUser> {
  return readSignedInUser({ http, baseUrl: config.baseUrl, accessToken, signal });
}

/** Tokens must not be cached by a browser or a proxy. */
function forbidStoring({ res }: RequestWithResponse): void {
  if (res && !res.headersSent) res.setHeader('Cache-Control', 'no-store');
}

function toProfile(
  { config }: AuthenticatorContext,
  user: BitbucketServerUser,
  refresh: boolean,
): BitbucketServerPassportProfile {
  return toPassportProfile(user, { baseUrl: config.baseUrl, refresh });
}
