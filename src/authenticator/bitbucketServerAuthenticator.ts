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

/** @public */
export interface BitbucketServerAuthenticatorOptions extends Pick<
  BitbucketHttpOptions,
  'fetch' | 'now' | 'random' | 'sleep'
> {
  /**
   * Where replicas of the backend find the sessions that another one has just refreshed:
   * `coreServices.cache` with a store that they share. Everything in it is sealed. Default: none, so
   * that each process knows its own.
   */
  readonly cache?: CacheService;
  /** Gets every refusal with its reference. Default: nothing is logged; errors are thrown all the same. */
  readonly logger?: LoggerService;
  /**
   * How long a user that was read serves the refreshes of sessions; zero reads it anew at each. The
   * config key `profileCacheTtl` wins over this. Default one minute.
   */
  readonly profileCacheTtl?: HumanDuration;
  /** Told of refreshes, of refresh tokens that were used twice, and of sign-outs. Must not throw. */
  readonly onSessionEvent?: (event: SessionEvent) => void;
}

/**
 * What the authenticator keeps per environment of the provider.
 *
 * @public
 */
export interface BitbucketServerAuthenticatorContext {
  /** @internal */
  readonly internal: AuthenticatorContext;
}

interface AuthenticatorContext {
  readonly config: AttemptConfig & { readonly clientSecret: string };
  readonly cookie: SessionCookie;
  readonly tokenClient: TokenClient;
  readonly refresher: Refresher;
  readonly http: BitbucketHttp;
}

/** @public */
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

    start: async ({ req, scope, state }, { internal }) =>
      log.watch(async () => ({ url: startAttempt(req, { scope, state }, internal.config) })),

    authenticate: ({ req }, { internal }) =>
      log.watch(async () => {
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
        // Whoever signs in is read anew.
        const user = await readUser(internal, tokens.accessToken, signal);
        refresher.remember(tokens, user);
        return {
          fullProfile: toProfile(internal, user, false),
          session: toOAuthSession(internal.cookie, tokens, attempt.scope),
        };
      }),

    refresh: ({ req, refreshToken }, { internal }) =>
      log.watch(async () => {
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

    async logout({ refreshToken }, { internal }) {
      if (!refreshToken) return undefined;
      try {
        await internal.refresher.signOut(internal.cookie.read(refreshToken).refreshToken);
      } catch (error) {
        // The session of another server: nothing of ours is to be ended.
        log.write(error);
      }
      return undefined;
    },
  });
}

/**
 * The authenticator without a memory of users: every sign-in and refresh reads the user from Bitbucket,
 * unless the config says something else with `profileCacheTtl`.
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

/** Tokens must not be in the cache of a browser or a proxy. */
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
