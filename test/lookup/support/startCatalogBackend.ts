import {
  coreServices,
  createBackendModule,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import type { AuthService } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogProcessingExtensionPoint, catalogServiceRef } from '@backstage/plugin-catalog-node';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createClosableDatabases } from '../../../demo/createClosableDatabases';

export interface CatalogBackend {
  /** Where the catalog listens, for a client of its HTTP API. */
  readonly baseUrl: string;
  /** The catalog service and the auth service of a plugin `auth` in the same backend. */
  readonly catalog: CatalogService;
  readonly auth: AuthService;
  stop(): Promise<void>;
}

/** A real catalog backend with SQLite behind a real port, ready when it holds the entities. */
export async function startCatalogBackend(entities: readonly Entity[]): Promise<CatalogBackend> {
  const databases = createClosableDatabases();
  let services: { catalog: CatalogService; auth: AuthService } | undefined;
  const plugin = createBackendPlugin({
    pluginId: 'auth',
    register(reg) {
      reg.registerInit({
        deps: { catalog: catalogServiceRef, auth: coreServices.auth },
        async init(deps) {
          services = deps;
        },
      });
    },
  });
  const backend = await startTestBackend({
    features: [
      import('@backstage/plugin-catalog-backend'),
      databases.feature,
      providerOf(entities),
      plugin,
      mockServices.rootConfig.factory({
        data: {
          backend: { database: { client: 'better-sqlite3', connection: ':memory:' } },
          catalog: { rules: [{ allow: ['User', 'Group', 'Component'] }] },
        },
      }),
    ],
  });
  const { catalog, auth } = services!;
  await untilFilled(catalog, auth, entities.length);
  return {
    baseUrl: `http://127.0.0.1:${backend.server.port()}/api/catalog`,
    catalog,
    auth,
    async stop() {
      await backend.stop();
      await databases.close();
    },
  };
}

function providerOf(entities: readonly Entity[]) {
  const location = 'test:people';
  // Relations are the catalog's to make: it never takes an entity in that brings its own.
  const located = entities.map(({ relations: _, ...entity }) => ({
    locationKey: 'test',
    entity: {
      ...entity,
      metadata: {
        ...entity.metadata,
        annotations: {
          ...entity.metadata.annotations,
          'backstage.io/managed-by-location': location,
          'backstage.io/managed-by-origin-location': location,
        },
      },
    },
  }));
  return createBackendModule({
    pluginId: 'catalog',
    moduleId: 'test-people',
    register(reg) {
      reg.registerInit({
        deps: { catalog: catalogProcessingExtensionPoint },
        async init({ catalog }) {
          catalog.addEntityProvider({
            getProviderName: () => 'test-people',
            connect: connection => connection.applyMutation({ type: 'full', entities: located }),
          });
        },
      });
    },
  });
}

/** The catalog takes entities in the background and has no event for it, so it has to be asked. */
async function untilFilled(catalog: CatalogService, auth: AuthService, count: number) {
  const credentials = await auth.getOwnServiceCredentials();
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { items } = await catalog.getEntities({ fields: ['kind'] }, { credentials });
    if (items.length >= count) return;
    if (Date.now() > deadline) throw new Error(`the catalog holds ${items.length} of ${count}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
