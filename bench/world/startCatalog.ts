import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CatalogClient } from '@backstage/catalog-client';
import type { BackendSettings } from './backendConfig';
import type { CatalogHandlers } from './catalogProcess';
import { startProcess } from './processes';

export interface BenchCatalog {
  readonly origin: string;
  /** With the path of the plugin. */
  readonly baseUrl: string;
  readonly token: string;
  stop(): Promise<void>;
}

const token = 'bench-token-that-opens-nothing-else';

/** Starts a real catalog backend in a process of its own and waits until everybody is in it. */
export async function startCatalog(
  users: number,
  settings: BackendSettings,
): Promise<BenchCatalog> {
  const remote = startProcess<CatalogHandlers>(join(__dirname, 'catalogProcess.ts'), {
    LOG_LEVEL: 'error',
  });
  const origin = `http://127.0.0.1:${settings.port}`;
  const baseUrl = `${origin}/api/catalog`;
  try {
    await remote.call('start', { users, token, ...settings });
    await untilFilled(baseUrl, users);
  } catch (error) {
    await remote.stop();
    throw error;
  }
  return { origin, baseUrl, token, stop: () => remote.stop() };
}

async function untilFilled(baseUrl: string, users: number): Promise<void> {
  const client = new CatalogClient({ discoveryApi: { getBaseUrl: async () => baseUrl } });
  for (;;) {
    const query = { filter: { kind: 'User' }, limit: 0 };
    const { totalItems } = await client.queryEntities(query, { token });
    if (totalItems >= users) return;
    await delay(500);
  }
}
