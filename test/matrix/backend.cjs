// A backend of whatever Backstage is installed next to this file. The parent process sends which way
// to add the provider and the config, and gets "ready" or an error back.
const { createBackend } = require('@backstage/backend-defaults');
const {
  coreServices,
  createBackendModule,
  createServiceFactory,
} = require('@backstage/backend-plugin-api');
const { ConfigReader } = require('@backstage/config');
const {
  authProvidersExtensionPoint,
  createOAuthProviderFactory,
} = require('@backstage/plugin-auth-node');
const { catalogServiceRef } = require('@backstage/plugin-catalog-node');
const ours = require('backstage-plugin-auth-backend-module-bitbucket-server');

const { createCatalogUserLookup, createSignInResolver, matchers } = ours;

/** Adds the provider in a module of its own, as an app does that composes the resolver in code. */
function customModule(createFactory) {
  return createBackendModule({
    pluginId: 'auth',
    moduleId: 'custom-bitbucket-server',
    register(reg) {
      reg.registerInit({
        deps: {
          providers: authProvidersExtensionPoint,
          catalog: catalogServiceRef,
          auth: coreServices.auth,
        },
        async init({ providers, catalog, auth }) {
          const signInResolver = createSignInResolver({
            match: [matchers.profileEmail(), matchers.entityName({ from: 'username' })],
            lookup: createCatalogUserLookup({ catalog, auth }),
          });
          const factory = createFactory(signInResolver);
          providers.registerProvider({ providerId: 'bitbucketServer', factory });
        },
      });
    },
  });
}

const ways = {
  module: () => ours.default,
  factory: () =>
    customModule(signInResolver =>
      createOAuthProviderFactory({
        authenticator: ours.bitbucketServerAuthenticator,
        signInResolver,
      }),
    ),
  upstream: () =>
    customModule(signInResolver => {
      const upstream = require('@backstage/plugin-auth-backend-module-bitbucket-server-provider');
      return createOAuthProviderFactory({
        authenticator: upstream.bitbucketServerAuthenticator,
        signInResolver,
      });
    }),
  legacy: () =>
    customModule(resolver =>
      require('@backstage/plugin-auth-backend').providers.bitbucketServer.create({
        signIn: { resolver },
      }),
    ),
};

process.once('message', async ({ way, config }) => {
  try {
    const backend = createBackend();
    backend.add(
      createServiceFactory({
        service: coreServices.rootConfig,
        deps: {},
        factory: () => new ConfigReader(config),
      }),
    );
    backend.add(require('@backstage/plugin-auth-backend').default);
    backend.add(require('@backstage/plugin-catalog-backend').default);
    backend.add(ways[way]());
    await backend.start();
    process.send({ ready: true });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
process.once('disconnect', () => process.exit());
