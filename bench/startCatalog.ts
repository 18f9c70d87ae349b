import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CatalogClient } from '@backstage/catalog-client';
import type { CatalogProcessOptions } from './catalogProcess';
import { freePort } from './freePort';

export interface BenchCatalog {
  readonly baseUrl: string;
  readonly token: string;
  stop(): Promise<void>;
}

const token = 'bench-token-that-opens-nothing-else';

/** Boots a real catalog backend in a process of its own and waits until everybody is in it. */
export async function startCatalog(users: number, database: object): Promise<BenchCatalog> {
  const port = await freePort();
  const options: CatalogProcessOptions = { users, port, token, database };
  const child = fork(join(__dirname, 'catalogProcess.ts'), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, BENCH_CATALOG: JSON.stringify(options), LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const baseUrl = `http://127.0.0.1:${port}/api/catalog`;
  const ended = once(child, 'exit');
  await Promise.race([
    untilFilled(baseUrl, users),
    ended.then(([code]) => {
      throw new Error(`The catalog process ended with code ${String(code)}`);
    }),
  ]);
  return {
    baseUrl,
    token,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function untilFilled(baseUrl: string, users: number): Promise<void> {
  const client = new CatalogClient({ discoveryApi: { getBaseUrl: async () => baseUrl } });
  for (;;) {
    const count = await client
      .queryEntities({ filter: { kind: 'User' }, limit: 0 }, { token })
      .then(answer => answer.totalItems)
      // Not listening yet: that is what is being waited for; the race above ends a lost cause.
      .catch(() => 0);
    if (count >= users) return;
    await delay(500);
  }
}
