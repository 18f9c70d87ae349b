import { coreServices, createBackendModule } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { authProvidersExtensionPoint } from '@backstage/plugin-auth-node';
import type {
  AuthProviderFactory,
  OAuthAuthenticatorResult,
  PassportProfile,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import type { JsonObject } from '@backstage/types';
import authPlugin from '@backstage/plugin-auth-backend';
import { createClosableDatabases } from '../../../demo/createClosableDatabases';
import { replaceService } from '../../../demo/replaceService';
import { createBrowser } from './createBrowser';
import type { Browser } from './createBrowser';
import { createLogSpy } from './createLogSpy';
import type { LogSpy } from './createLogSpy';

export interface AuthBackend {
  readonly createBrowser: () => Browser;
  readonly log: LogSpy;
  readonly stop: () => Promise<void>;
}

/** Signs everybody in under their username: who becomes whom is the business of other tests. */
export const signInByUsername: SignInResolver<OAuthAuthenticatorResult<PassportProfile>> = (
  { result },
  context,
) =>
  context.issueToken({
    claims: { sub: `user:default/${result.fullProfile.username ?? 'nobody'}` },
  });

/** A real auth backend with one provider. */
export async function startAuthBackend(
  environments: JsonObject,
  factory: AuthProviderFactory,
  log: LogSpy = createLogSpy(),
): Promise<AuthBackend> {
  const databases = createClosableDatabases();
  const starting = startTestBackend({
    features: [
      authPlugin,
      databases.feature,
      createBackendModule({
        pluginId: 'auth',
        moduleId: 'provider-under-test',
        register(reg) {
          reg.registerInit({
            deps: { providers: authProvidersExtensionPoint },
            async init({ providers }) {
              providers.registerProvider({ providerId: 'bitbucketServer', factory });
            },
          });
        },
      }),
      mockServices.rootConfig.factory({
        data: {
          backend: { database: { client: 'better-sqlite3', connection: ':memory:' } },
          app: { baseUrl: 'http://localhost:3000' },
          auth: { providers: { bitbucketServer: environments } },
        },
      }),
      replaceService(coreServices.rootLogger, log.logger),
    ],
  });
  // A start that fails must not keep the process alive.
  starting.catch(() => databases.close());
  const backend = await starting;
  const url = `http://127.0.0.1:${backend.server.port()}/api/auth/bitbucketServer`;
  return {
    createBrowser: () => createBrowser(url),
    log,
    async stop() {
      await backend.stop();
      await databases.close();
    },
  };
}
