import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { createOAuthAuthenticator, createOAuthRouteHandlers } from '@backstage/plugin-auth-node';
import type {
  AuthProviderRouteHandlers,
  OAuthAuthenticatorResult,
  ProfileTransform,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import { isSignInError, logSignInError } from '../errors';
import type { BitbucketServerPassportProfile } from '../profile';
import type { BitbucketServerAuthenticator } from './bitbucketServerAuthenticator';
import { undeliveredSessionOf } from './oauthSession';
import type { ProviderContext } from './refusals';

type Result = OAuthAuthenticatorResult<BitbucketServerPassportProfile>;

/** @public */
export interface ProviderEnvironmentOptions {
  readonly authenticator: BitbucketServerAuthenticator;
  /** Default: that of the authenticator. */
  readonly profileTransform?: ProfileTransform<
    OAuthAuthenticatorResult<BitbucketServerPassportProfile>
  >;
  /** Without one, the provider gives access tokens and signs nobody in. */
  readonly signInResolver?: SignInResolver<
    OAuthAuthenticatorResult<BitbucketServerPassportProfile>
  >;
}

export interface RouteHandlersOptions extends ProviderEnvironmentOptions {
  readonly context: ProviderContext;
  readonly envConfig: Config;
  readonly logger: LoggerService;
}

/**
 * Backstage's own OAuth routes for one environment, with a refresh that reports the real error.
 *
 * @internal
 */
export function createRouteHandlers(options: RouteHandlersOptions): AuthProviderRouteHandlers {
  const { authenticator, context, envConfig, logger, signInResolver } = options;
  const { profileTransform = authenticator.defaultProfileTransform } = options;
  /**
   * Failures of a refresh after its exchange. Backstage sets the cookie with the new tokens between
   * the profile transform and the resolver, so they are thrown by the resolver.
   */
  const failures = new WeakMap<Result, { readonly error: unknown }>();

  function failedResult(result: Result, error: unknown): Result {
    failures.set(result, { error });
    return result;
  }

  async function logged<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      logSignInError(logger, error);
      throw error;
    }
  }

  const handlers = createOAuthRouteHandlers<BitbucketServerPassportProfile>({
    appUrl: context.appUrl,
    baseUrl: context.baseUrl,
    config: envConfig,
    isOriginAllowed: context.isOriginAllowed,
    cookieConfigurer: context.cookieConfigurer,
    providerId: context.providerId,
    resolverContext: context.resolverContext,
    authenticator: createOAuthAuthenticator({
      ...authenticator,
      authenticate: (input, ctx) => logged(() => authenticator.authenticate(input, ctx)),
      refresh: (input, ctx) =>
        logged(async () => {
          try {
            return await authenticator.refresh(input, ctx);
          } catch (error) {
            const session = signInResolver && undeliveredSessionOf(error);
            if (!session) throw error;
            return failedResult({ session, fullProfile: nobody }, error);
          }
        }),
    }),
    profileTransform: (result, ctx) =>
      logged(async () => {
        if (failures.has(result)) return { profile: {} };
        try {
          return await profileTransform(result, ctx);
        } catch (error) {
          const { refresh } = result.fullProfile.bitbucketServerSession;
          if (!refresh || !signInResolver) throw error;
          failedResult(result, error);
          return { profile: {} };
        }
      }),
    signInResolver:
      signInResolver &&
      ((info, ctx) =>
        logged(() => {
          const failure = failures.get(info.result);
          if (failure) throw failure.error;
          return signInResolver(info, ctx);
        })),
  });

  return {
    ...handlers,
    async refresh(req, res) {
      try {
        await handlers.refresh?.(req, res);
      } catch (error) {
        // Backstage's handler makes a 401 of everything.
        const { cause } = error as { readonly cause?: unknown };
        throw isSignInError(cause) ? cause : error;
      }
    },
  };
}

/** Stands in the result of a refresh that ends before anybody looks at its profile. */
const nobody = Object.freeze({}) as BitbucketServerPassportProfile;
