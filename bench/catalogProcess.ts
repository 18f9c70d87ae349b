import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { benchUser } from './benchUsers';

/** What the parent process passes in the environment of this one, as JSON. */
export interface CatalogProcessOptions {
  readonly users: number;
  readonly port: number;
  readonly token: string;
  readonly database: object;
}

const options = JSON.parse(process.env.BENCH_CATALOG ?? '') as CatalogProcessOptions;

const config = {
  app: { baseUrl: 'http://127.0.0.1:3000' },
  backend: {
    baseUrl: `http://127.0.0.1:${options.port}`,
    listen: { host: '127.0.0.1', port: options.port },
    database: options.database,
    auth: {
      externalAccess: [{ type: 'static', options: { token: options.token, subject: 'bench' } }],
    },
  },
  catalog: { processingInterval: { hours: 24 }, rules: [{ allow: ['User', 'Group'] }] },
};

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
            const entities = Array.from({ length: options.users }, (_, index) => ({
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

const backend = createBackend();
backend.add(
  createServiceFactory({
    service: coreServices.rootConfig,
    deps: {},
    factory: () => new ConfigReader(config),
  }),
);
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(people);

// The parent is gone when the channel closes: leave no server behind.
process.on('disconnect', () => process.exit(0));
void backend.start();
