import { createBackend } from '@backstage/backend-defaults';
import { coreServices } from '@backstage/backend-plugin-api';
import type {
  BackendFeature,
  RootConfigService,
  RootLoggerService,
} from '@backstage/backend-plugin-api';
import authModuleBitbucketServer from '../src';
import { createCatalogReadiness } from './createCatalogReadiness';
import { createClosableDatabases } from './createClosableDatabases';
import { replaceService } from './replaceService';

const CATALOG_TIMEOUT_MS = 60_000;

/** A Backstage that runs in this process. */
export interface RunningBackstage {
  stop(): Promise<void>;
}

/**
 * Starts a real Backstage backend: auth with our module, the catalog and, with `frontend`, the app.
 * Resolves when the catalog holds `entityRefs`.
 */
export async function startBackstage(options: {
  config: RootConfigService;
  logger: RootLoggerService;
  entityRefs: readonly string[];
  frontend: boolean;
  features?: readonly BackendFeature[];
}): Promise<RunningBackstage> {
  const { config, logger, entityRefs, frontend, features = [] } = options;
  const readiness = createCatalogReadiness(entityRefs);
  const databases = createClosableDatabases();
  const backend = createBackend();
  const stop = async () => {
    await backend.stop();
    await databases.close();
  };
  backend.add(replaceService(coreServices.rootConfig, config));
  backend.add(replaceService(coreServices.rootLogger, logger));
  backend.add(databases.feature);
  backend.add(import('@backstage/plugin-auth-backend'));
  backend.add(authModuleBitbucketServer);
  backend.add(import('@backstage/plugin-catalog-backend'));
  if (frontend) backend.add(import('@backstage/plugin-app-backend'));
  for (const feature of features) backend.add(feature);
  backend.add(readiness.feature);
  try {
    await backend.start();
    await readiness.wait(CATALOG_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}
