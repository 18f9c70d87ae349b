import { coreServices, createBackendModule } from '@backstage/backend-plugin-api';
import { authProvidersExtensionPoint } from '@backstage/plugin-auth-node';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { createBitbucketServerProviderFactory } from './authenticator';
import { createSignInObserver } from './observability';
import { readEnvironment } from './readEnvironment';

/**
 * Backend module of the `auth` plugin that registers the provider `bitbucketServer`.
 *
 * Everything is read from `auth.providers.bitbucketServer.<env>`; a wrong config fails at start with
 * the path of the key. Without `signIn.resolvers` the provider gives access tokens only.
 *
 * @example
 * ```ts
 * backend.add(import('backstage-plugin-auth-backend-module-bitbucket-server'));
 * ```
 * @see https://backstage.io/docs/auth/bitbucketServer/provider
 * @public
 */
export const authModuleBitbucketServer = createBackendModule({
  pluginId: 'auth',
  moduleId: 'bitbucket-server',
  register(reg) {
    reg.registerInit({
      deps: {
        providers: authProvidersExtensionPoint,
        catalog: catalogServiceRef,
        auth: coreServices.auth,
        cache: coreServices.cache,
        auditor: coreServices.auditor,
        logger: coreServices.logger,
        rootConfig: coreServices.rootConfig,
      },
      async init({ providers, rootConfig, cache, auditor, ...services }) {
        const store = rootConfig.getOptional('backend.cache.store');
        // The memory store is not shared, and does not evict expired entries.
        const sharedCache = store === undefined || store === 'memory' ? undefined : cache;
        const observer = createSignInObserver({ auditor, logger: services.logger });
        providers.registerProvider({
          providerId: 'bitbucketServer',
          factory: createBitbucketServerProviderFactory({
            logger: services.logger,
            onOutcome: observer.onOutcome,
            environments: [rootConfig.getOptionalString('auth.environment') ?? 'development'],
            createOptions: (config, env) =>
              readEnvironment(config, env, { ...services, observer, cache: sharedCache }),
          }),
        });
      },
    });
  },
});
