import { createBackend } from '@backstage/backend-defaults';
import { coreServices, createBackendModule } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { replaceService } from '../../demo/replaceService';
import { backendConfig } from './backendConfig';
import type { BackendSettings } from './backendConfig';
import { benchUser } from './benchUsers';
import { serveParent } from './processes';

export interface CatalogProcessOptions extends BackendSettings {
  readonly users: number;
  /** Opens the catalog to the bench itself. */
  readonly token: string;
}

async function start({ users, token, ...settings }: CatalogProcessOptions): Promise<void> {
  const config = backendConfig(settings);
  const people = createBackendModule({
    pluginId: 'catalog',
    moduleId: 'bench-people',
    register(env) {
      env.registerInit({
        deps: { catalog: catalogProcessingExtensionPoint },
        async init({ catalog }) {
          catalog.addEntityProvider({
            getProviderName: () => 'bench-people',
            async connect(connection) {
              const entities = Array.from({ length: users }, (_, index) => ({
                entity: benchUser(index),
                locationKey: 'bench',
              }));
              await connection.applyMutation({ type: 'full', entities });
            },
          });
        },
      });
    },
  });
  const externalAccess = [{ type: 'static', options: { token, subject: 'bench' } }];
  const rootConfig = new ConfigReader({
    ...config,
    backend: { ...config.backend, auth: { ...config.backend.auth, externalAccess } },
    catalog: { processingInterval: { hours: 24 }, rules: [{ allow: ['User', 'Group'] }] },
  });
  const backend = createBackend();
  backend.add(replaceService(coreServices.rootConfig, rootConfig));
  backend.add(import('@backstage/plugin-catalog-backend'));
  backend.add(people);
  await backend.start();
}

const handlers = { start };
export type CatalogHandlers = typeof handlers;

serveParent(handlers);
