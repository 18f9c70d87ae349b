import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBackend } from '@backstage/backend-defaults';
import { coreServices } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { serveParent } from '../../../bench/world/processes';
import { createLogRecorder } from '../../../demo/createLogRecorder';
import type { LogLine } from '../../../demo/createLogRecorder';
import { replaceService } from '../../../demo/replaceService';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export interface BackendProcessOptions {
  readonly port: number;
  /** `backend.cache` */
  readonly cache?: JsonObject;
  /** Where the plugin `catalog` is. */
  readonly catalog: string;
  /** `auth.providers.bitbucketServer.development` */
  readonly provider: JsonObject;
}

const warnings: LogLine[] = [];

const handlers = {
  async start({ port, cache, catalog, provider }: BackendProcessOptions): Promise<void> {
    const config = new ConfigReader({
      app: { baseUrl: 'http://localhost:3000' },
      backend: {
        baseUrl: `http://127.0.0.1:${port}`,
        listen: { host: '127.0.0.1', port },
        database: { client: 'better-sqlite3', connection: ':memory:' },
        ...(cache && { cache }),
      },
      discovery: {
        endpoints: [{ target: `${catalog}/api/{{pluginId}}`, plugins: ['catalog'] }],
      },
      auth: {
        environment: 'development',
        providers: { bitbucketServer: { development: provider } },
      },
    });
    const logger = createLogRecorder(line => {
      const worthKeeping = line.level === 'warn' || line.text.includes('The cache that keeps');
      // Refusals are expected by the thousand.
      if (worthKeeping && !line.text.includes('refused: ')) warnings.push(line);
    });
    const backend = createBackend();
    backend.add(replaceService(coreServices.rootConfig, config));
    backend.add(replaceService(coreServices.rootLogger, logger));
    backend.add(import('@backstage/plugin-auth-backend'));
    backend.add(import('../../../src'));
    await backend.start();
  },

  /** Lines of the log about the cache, and warnings of all kinds. */
  warnings: (): string[] => warnings.map(({ text }) => text),

  /** Bytes that are still in use after a collection. */
  async heap(): Promise<{ heapUsed: number; rss: number }> {
    // What is freed by the first collection may hold what the second one frees.
    for (let round = 0; round < 2; round += 1) {
      await new Promise(resolve => setImmediate(resolve));
      collect();
    }
    const { heapUsed, rss } = process.memoryUsage();
    return { heapUsed, rss };
  },
};

export type BackendHandlers = typeof handlers;

serveParent(handlers);
