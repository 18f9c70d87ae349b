import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBackend } from '@backstage/backend-defaults';
import { coreServices } from '@backstage/backend-plugin-api';
import type { BackendFeature } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { replaceService } from '../../demo/replaceService';
import { backendConfig } from './backendConfig';
import type { BackendSettings } from './backendConfig';
import { serveParent } from './processes';

const modules = {
  // The package as it is published, by its own name: not TypeScript that is compiled on the fly.
  ours: 'backstage-plugin-auth-backend-module-bitbucket-server',
  upstream: '@backstage/plugin-auth-backend-module-bitbucket-server-provider',
};

export interface AuthProcessOptions extends BackendSettings {
  readonly module: keyof typeof modules;
  /** `auth.providers.bitbucketServer.development` */
  readonly provider: JsonObject;
}

const load = createRequire(__filename);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const handlers = {
  async start({ module, provider, ...settings }: AuthProcessOptions): Promise<void> {
    const config = new ConfigReader({
      ...backendConfig(settings),
      auth: {
        environment: 'development',
        providers: { bitbucketServer: { development: provider } },
      },
    });
    const backend = createBackend();
    backend.add(replaceService(coreServices.rootConfig, config));
    backend.add(import('@backstage/plugin-auth-backend'));
    backend.add((load(modules[module]) as { default: BackendFeature }).default);
    await backend.start();
  },

  /** Milliseconds of CPU that the process has used. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },

  /** Most memory that the process has had so far, in MiB. */
  peakMemory: (): number => process.resourceUsage().maxRSS / 1024,
  /** Bytes that are still in use after a collection. */
  heap(): number {
    collect();
    return process.memoryUsage().heapUsed;
  },
};

export type AuthHandlers = typeof handlers;

serveParent(handlers);
