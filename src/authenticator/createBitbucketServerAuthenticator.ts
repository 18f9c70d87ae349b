import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import { createOAuthAuthenticator } from '@backstage/plugin-auth-node';
import type { OAuthAuthenticator, OAuthAuthenticatorResult } from '@backstage/plugin-auth-node';
import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { logSignInError } from '../errors';
import type { BitbucketHttpOptions } from '../http';
import { toPassportProfile } from '../profile';
import type { BitbucketServerPassportProfile } from '../profile';
import { composeProfileTransforms, requireActiveUser } from '../transforms';
import { createAuthenticatorContext } from './createAuthenticatorContext';
import type { AuthenticatorContext } from './createAuthenticatorContext';
import { createAuthorizeUrl } from './createAuthorizeUrl';
import { createRequestSignal } from './createRequestSignal';
import type { RefreshAnswer } from './RefreshAnswer';

/** @public */
export interface BitbucketServerAuthenticatorOptions extends Pick<
  BitbucketHttpOptions,
  'fetch' | 'now' | 'random' | 'sleep'
> {
  /** Shares read users between the replicas of the backend. Default: the memory of the process. */
  readonly cache?: CacheService;
  /** Gets every refusal with its reference. Default: nothing is logged; errors are thrown all the same. */
  readonly logger?: LoggerService;
  /**
   * How long a read user serves the refreshes of sessions; zero reads it anew at each. The config key
   * `profileCacheTtl` wins over this. Default one minute.
   */
  readonly profileCacheTtl?: HumanDuration;
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
 * @throws SignInError at start `CONFIG_INVALID`, later the codes of the steps `authorize`, `token` and `profile`
 * @example
 * ```ts
 * createOAuthProviderFactory({ authenticator: createBitbucketServerAuthenticator({ cache, logger }) });
 * ```
 * @public
 */
export function createBitbucketServerAuthenticator(
  options: BitbucketServerAuthenticatorOptions = {},
): BitbucketServerAuthenticator {
  const { profileCacheTtl = { minutes: 1 }, logger, ...parts } = options;
  const profileCacheTtlMs = durationToMilliseconds(profileCacheTtl);

  async function logged<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (logger) logSignInError(logger, error);
      throw error;
    }
  }

  return createOAuthAuthenticator({
    defaultProfileTransform: composeProfileTransforms(requireActiveUser()),

    initialize: ({ config, callbackUrl }): BitbucketServerAuthenticatorContext => ({
      internal: createAuthenticatorContext({
        ...parts,
        logger,
        config,
        callbackUrl,
        profileCacheTtlMs,
      }),
    }),

    async start({ scope, state }, { internal }) {
      return { url: createAuthorizeUrl({ ...internal.config, scope, state }) };
    },

    async authenticate({ req }, { internal }) {
      const signal = createRequestSignal(req);
      const answer = logged(
        internal.exchangeCode(req.query, signal).then(async tokens => ({
          tokens,
          user: await internal.readUser(tokens.accessToken, signal),
        })),
      );
      internal.refresher.remember(await answer);
      return toResult(await answer, internal.config.baseUrl, false);
    },

    async refresh({ req, refreshToken }, { internal }) {
      const work = internal.refresher.refresh(refreshToken, createRequestSignal(req));
      return toResult(await logged(work), internal.config.baseUrl, true);
    },
  });
}

/**
 * The authenticator without a cache of users: every sign-in and refresh reads the user from Bitbucket,
 * unless the config says something else with `profileCacheTtl`.
 *
 * @public
 */
export const bitbucketServerAuthenticator = createBitbucketServerAuthenticator({
  profileCacheTtl: { seconds: 0 },
});

function toResult(
  { tokens, user }: RefreshAnswer,
  baseUrl: string,
  refresh: boolean,
): OAuthAuthenticatorResult<BitbucketServerPassportProfile> {
  return {
    fullProfile: toPassportProfile(user, { baseUrl, refresh }),
    session: {
      accessToken: tokens.accessToken,
      tokenType: tokens.tokenType,
      scope: tokens.scope ?? '',
      expiresInSeconds: tokens.expiresInSeconds,
      refreshToken: tokens.refreshToken,
    },
  };
}
