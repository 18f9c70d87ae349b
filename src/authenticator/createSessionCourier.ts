import { createOAuthAuthenticator, createOAuthRouteHandlers } from '@backstage/plugin-auth-node';
import type {
  AuthProviderRouteHandlers,
  OAuthRouteHandlersOptions,
} from '@backstage/plugin-auth-node';

type RefreshHandler = NonNullable<AuthProviderRouteHandlers['refresh']>;
type Request = Parameters<RefreshHandler>[0];
type Response = Parameters<RefreshHandler>[1];

export interface SessionCourier {
  /** Sets the refresh token cookie and leaves the rest of the answer to the caller. */
  readonly deliver: (req: Request, res: Response, refreshToken: string) => Promise<void>;
}

/**
 * Gives a new refresh token to a browser whose refresh failed after the exchange, so that its next
 * request, to whichever replica, comes with a token that Bitbucket knows.
 *
 * Only Backstage's route handlers know the name, path and flags of the cookie. They set it between the
 * authenticator and the sign-in resolver: so here the one hands over the token, and the other ends it.
 *
 * @internal
 */
export function createSessionCourier(
  options: Omit<OAuthRouteHandlersOptions<undefined>, 'authenticator'>,
): SessionCourier {
  const tokens = new WeakMap<Request, string>();
  const delivered = new Error('The cookie is set; this error ends the handler and goes no further');
  const unused = async (): Promise<never> => {
    throw new Error('The courier has no part in a first sign-in');
  };
  const handlers = createOAuthRouteHandlers<undefined>({
    ...options,
    authenticator: createOAuthAuthenticator({
      defaultProfileTransform: async () => ({ profile: {} }),
      initialize: () => undefined,
      start: unused,
      authenticate: unused,
      refresh: async ({ req }) => ({
        fullProfile: undefined,
        session: { accessToken: '', tokenType: '', scope: '', refreshToken: tokens.get(req) },
      }),
    }),
    signInResolver: async () => {
      throw delivered;
    },
  });
  return {
    async deliver(req, res, refreshToken) {
      tokens.set(req, refreshToken);
      try {
        await handlers.refresh?.(req, res);
      } catch (error) {
        if ((error as { readonly cause?: unknown }).cause !== delivered) throw error;
      }
    },
  };
}
