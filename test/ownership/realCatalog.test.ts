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
import { createClosableDatabases } from '../../demo/createClosableDatabases';
import { createTransitiveGroups } from '../../src/ownership';

function groupEntity(name: string, parent?: string, namespace = 'default'): Entity {
  const location = 'test:groups';
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: {
      name,
      namespace,
      annotations: {
        'backstage.io/managed-by-location': location,
        'backstage.io/managed-by-origin-location': location,
      },
    },
    spec: { type: 'team', children: [], ...(parent ? { parent } : {}) },
  };
}

const groups = [
  groupEntity('Squad', 'tribe'),
  groupEntity('tribe', 'corp/Division'),
  groupEntity('Division', 'default/tribe', 'corp'),
  groupEntity('alone'),
];

const provider = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'test-groups',
  register(reg) {
    reg.registerInit({
      deps: { catalog: catalogProcessingExtensionPoint },
      async init({ catalog }) {
        catalog.addEntityProvider({
          getProviderName: () => 'test-groups',
          connect: connection =>
            connection.applyMutation({
              type: 'full',
              entities: groups.map(entity => ({ locationKey: 'test', entity })),
            }),
        });
      },
    });
  },
});

describe('transitive groups of a real catalog, over HTTP', () => {
  const databases = createClosableDatabases();
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let services: { catalog: CatalogService; auth: AuthService };

  /** The catalog takes entities in the background and has no event for it, so it has to be asked. */
  async function untilStitched() {
    const credentials = await services.auth.getOwnServiceCredentials();
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { items } = await services.catalog.getEntities({}, { credentials });
      const related = items.filter(({ relations }) => relations && relations.length > 0);
      if (items.length === 4 && related.length === 3) return;
      if (Date.now() > deadline) throw new Error(`the catalog has only ${JSON.stringify(items)}`);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  beforeAll(async () => {
    const user = createBackendPlugin({
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
    backend = await startTestBackend({
      features: [
        import('@backstage/plugin-catalog-backend'),
        databases.feature,
        provider,
        user,
        mockServices.rootConfig.factory({
          data: {
            backend: { database: { client: 'better-sqlite3', connection: ':memory:' } },
            catalog: { rules: [{ allow: ['Group'] }] },
          },
        }),
      ],
    });
    await untilStitched();
  });

  afterAll(async () => {
    await backend.stop();
    await databases.close();
  });

  it('follows parents over namespaces and letter case, and ends in a cycle', async () => {
    const asked = jest.spyOn(services.catalog, 'getEntitiesByRefs');
    const extend = createTransitiveGroups(services);
    const direct = ['user:default/ada', 'group:default/squad', 'group:default/alone'];
    const all = [...direct, 'group:default/tribe', 'group:corp/division'];
    expect(await extend(direct)).toEqual(all);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(await extend(direct)).toEqual(all);
    expect(asked).toHaveBeenCalledTimes(3);
  });
});
