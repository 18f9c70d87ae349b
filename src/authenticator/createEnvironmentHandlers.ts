import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { createOAuthAuthenticator, createOAuthRouteHandlers } from '@backstage/plugin-auth-node';
import type {
  AuthProviderFactory,
  AuthProviderRouteHandlers,
  OAuthAuthenticatorResult,
  OAuthSession,
} from '@backstage/plugin-auth-node';
import { isSignInError, logSignInError } from '../errors';
import type { BitbucketServerPassportProfile } from '../profile';
import type { ProviderEnvironmentOptions } from './ProviderEnvironmentOptions';
import { createSessionCourier } from './createSessionCourier';
import { undeliveredTokens } from './undeliveredTokens';

type Result = OAuthAuthenticatorResult<BitbucketServerPassportProfile>;
type Request = Parameters<AuthProviderRouteHandlers['start']>[0];

export interface EnvironmentHandlersOptions extends ProviderEnvironmentOptions {
  readonly context: Parameters<AuthProviderFactory>[0];
  readonly envConfig: Config;
  readonly logger: LoggerService;
}

/**
 * Backstage's own OAuth routes for one environment, with a refresh that tells the truth.
 *
 * @internal
 */
export function createEnvironmentHandlers(
  options: EnvironmentHandlersOptions,
): AuthProviderRouteHandlers {
  const { authenticator, context, envConfig, logger, signInResolver } = options;
  const { profileTransform = authenticator.defaultProfileTransform } = options;
  const common = {
    appUrl: context.appUrl,
    baseUrl: context.baseUrl,
    config: envConfig,
    isOriginAllowed: context.isOriginAllowed,
    cookieConfigurer: context.cookieConfigurer,
    providerId: context.providerId,
    resolverContext: context.resolverContext,
  };
  /** Sessions whose cookie Backstage's handler has not set yet. */
  const undelivered = new WeakMap<Request, Pick<OAuthSession, 'refreshToken'>>();
  const requestOf = new WeakMap<Result, Request>();

  async function logged<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      logSignInError(logger, error);
      throw error;
    }
  }

  const handlers = createOAuthRouteHandlers<BitbucketServerPassportProfile>({
    ...common,
    authenticator: createOAuthAuthenticator({
      ...authenticator,
      authenticate: (input, ctx) => logged(() => authenticator.authenticate(input, ctx)),
      refresh: (input, ctx) =>
        logged(async () => {
          try {
            const result = await authenticator.refresh(input, ctx);
            undelivered.set(input.req, result.session);
            requestOf.set(result, input.req);
            return result;
          } catch (error) {
            const tokens = isSignInError(error) ? undeliveredTokens(error) : undefined;
            if (tokens) undelivered.set(input.req, tokens);
            throw error;
          }
        }),
    }),
    profileTransform: (result, ctx) =>
      logged(async () => {
        const transformed = await profileTransform(result, ctx);
        // From here on Backstage's handler sets the cookie before anything else can fail.
        const request = requestOf.get(result);
        if (request) undelivered.delete(request);
        return transformed;
      }),
    signInResolver: signInResolver && ((info, ctx) => logged(() => signInResolver(info, ctx))),
  });
  const courier = createSessionCourier(common);

  return {
    ...handlers,
    async refresh(req, res) {
      try {
        await handlers.refresh?.(req, res);
      } catch (error) {
        const session = undelivered.get(req);
        if (session?.refreshToken) await courier.deliver(req, res, session.refreshToken);
        // Backstage's handler makes a 401 of everything.
        const { cause } = error as { readonly cause?: unknown };
        throw isSignInError(cause) ? cause : error;
      }
    },
  };
}
