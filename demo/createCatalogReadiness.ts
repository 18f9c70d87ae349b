import { setTimeout as delay } from 'node:timers/promises';
import { coreServices, createBackendPlugin } from '@backstage/backend-plugin-api';
import type { BackendFeature } from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { DemoError } from './DemoError';

const POLL_MS = 50;

/** Tells when a backend's catalog holds some entities, which is about a second after the backend is up. */
export interface CatalogReadiness {
  /** To be added to the backend before it starts. */
  readonly feature: BackendFeature;
  /** Resolves when all are there; rejects with a DemoError that names those missing after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void>;
}

/** Asks the catalog as a plugin of the same backend, so that no token has to be configured. */
export function createCatalogReadiness(entityRefs: readonly string[]): CatalogReadiness {
  let listMissing: (() => Promise<string[]>) | undefined;
  const feature = createBackendPlugin({
    pluginId: 'demo-readiness',
    register(reg) {
      reg.registerInit({
        deps: { catalog: catalogServiceRef, auth: coreServices.auth },
        async init({ catalog, auth }) {
          listMissing = async () => {
            const credentials = await auth.getOwnServiceCredentials();
            const request = { entityRefs: [...entityRefs], fields: ['kind'] };
            const { items } = await catalog.getEntitiesByRefs(request, { credentials });
            return entityRefs.filter((_ref, index) => !items[index]);
          };
        },
      });
    },
  });
  return {
    feature,
    async wait(timeoutMs) {
      if (!listMissing) throw new Error('The backend has to be started before one waits for it');
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const missing = await listMissing();
        if (missing.length === 0) return;
        if (Date.now() > deadline) {
          throw new DemoError(
            `After ${timeoutMs / 1000} s the catalog still lacks ${missing.join(', ')}; see the log above`,
          );
        }
        await delay(POLL_MS);
      }
    },
  };
}
