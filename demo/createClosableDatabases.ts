import { DatabaseManager } from '@backstage/backend-defaults/database';
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import type { BackendFeature, DatabaseService } from '@backstage/backend-plugin-api';

type Client = Awaited<ReturnType<DatabaseService['getClient']>>;

/** Backstage's own database service, whose connections can be closed. */
export interface ClosableDatabases {
  /** Takes the place of the default service when added to a backend. */
  readonly feature: BackendFeature;
  /** Closes every connection; to be called after the backend has stopped. */
  close(): Promise<void>;
}

/**
 * Backstage leaves its database connections open when a backend stops (read in backend-defaults 0.18.0:
 * the shutdown of `DatabaseManager` fails on `client.config.includes`, and the failure is dropped). The
 * timers of their pools then keep the process alive, which nobody notices until a test runner waits.
 */
export function createClosableDatabases(): ClosableDatabases {
  const clients = new Set<Promise<Client>>();
  const feature = createServiceFactory({
    service: coreServices.database,
    deps: {
      config: coreServices.rootConfig,
      lifecycle: coreServices.lifecycle,
      logger: coreServices.logger,
      pluginMetadata: coreServices.pluginMetadata,
      rootLifecycle: coreServices.rootLifecycle,
      rootLogger: coreServices.rootLogger,
    },
    createRootContext: ({ config, rootLifecycle, rootLogger }) =>
      DatabaseManager.fromConfig(config, { rootLifecycle, rootLogger }),
    factory({ pluginMetadata, lifecycle, logger }, manager) {
      const service = manager.forPlugin(pluginMetadata.getId(), { lifecycle, logger });
      return {
        ...service,
        getClient() {
          const client = service.getClient();
          clients.add(client);
          return client;
        },
      };
    },
  });
  return {
    feature,
    async close() {
      const opened = await Promise.allSettled(clients);
      const clientsToClose = new Set(
        opened.flatMap(result => (result.status === 'fulfilled' ? [result.value] : [])),
      );
      await Promise.all(Array.from(clientsToClose, client => client.destroy()));
    },
  };
}
