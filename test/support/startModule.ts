import { coreServices, createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { authProvidersExtensionPoint } from '@backstage/plugin-auth-node';
import type { AuthProviderFactory } from '@backstage/plugin-auth-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { JsonObject } from '@backstage/types';
import { replaceService } from '../../demo/replaceService';
import bitbucketServerModule from '../../src';
import { createLogRecorder } from './createLogRecorder';

/**
 * The module in a backend whose plugin `auth` only keeps the provider, so that one start does for any
 * number of configurations.
 *
 * @returns a function that makes the provider of `production`, and gives what the module logs
 */
export async function startModule(): Promise<(environment: JsonObject) => string[]> {
  const { logger, lines } = createLogRecorder();
  const factories: AuthProviderFactory[] = [];
  const auth = createBackendPlugin({
    pluginId: 'auth',
    register(reg) {
      reg.registerExtensionPoint(authProvidersExtensionPoint, {
        registerProvider: ({ factory }) => void factories.push(factory),
      });
      reg.registerInit({ deps: {}, init: async () => {} });
    },
  });
  const backend = await startTestBackend({
    features: [
      auth,
      bitbucketServerModule,
      catalogServiceMock.factory(),
      mockServices.rootConfig.factory({ data: { auth: { environment: 'production' } } }),
      replaceService(coreServices.rootLogger, logger),
    ],
  });
  await backend.stop();
  return environment => {
    lines.length = 0;
    const data = { auth: { providers: { bitbucketServer: { production: environment } } } };
    const root = ConfigReader.fromConfigs([{ context: 'app-config.yaml', data }]);
    factories[0]!({
      providerId: 'bitbucketServer',
      config: root.getConfig('auth.providers.bitbucketServer'),
      baseUrl: 'https://backstage.corp.com/api/auth',
      appUrl: 'https://backstage.corp.com',
      isOriginAllowed: () => false,
      globalConfig: {} as never,
      resolverContext: {} as never,
      logger,
    });
    return [...lines];
  };
}
