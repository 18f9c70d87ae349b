import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  authProvidersExtensionPoint,
  createOAuthAuthenticator,
  createOAuthProviderFactory,
} from '@backstage/plugin-auth-node';

/** Who sits at the browser: the company's provider asks nobody. */
export const atTheBrowser = { username: '' };

const sessionOf = (username: string) => ({
  fullProfile: { username },
  session: {
    accessToken: username,
    tokenType: 'bearer',
    scope: '',
    expiresInSeconds: 3600,
    refreshToken: username,
  },
});

const authenticator = createOAuthAuthenticator({
  defaultProfileTransform: async ({ fullProfile }: { fullProfile: { username: string } }) => ({
    profile: { displayName: fullProfile.username },
  }),
  initialize: ({ callbackUrl }) => callbackUrl,
  async start({ state }, callbackUrl) {
    return { url: `${callbackUrl}?${new URLSearchParams({ state, code: atTheBrowser.username })}` };
  },
  authenticate: async ({ req }) => sessionOf(String(req.query.code)),
  refresh: async ({ refreshToken }) => sessionOf(refreshToken),
});

/** Stands in for Microsoft: Backstage's own routes and session, without a server behind them. */
export const companyProvider = createBackendModule({
  pluginId: 'auth',
  moduleId: 'company',
  register(reg) {
    reg.registerInit({
      deps: { providers: authProvidersExtensionPoint },
      async init({ providers }) {
        providers.registerProvider({
          providerId: 'microsoft',
          factory: createOAuthProviderFactory({
            authenticator,
            signInResolver: ({ result }, ctx) =>
              ctx.signInWithCatalogUser({ entityRef: { name: result.fullProfile.username } }),
          }),
        });
      },
    });
  },
});
