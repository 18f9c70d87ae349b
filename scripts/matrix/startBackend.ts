import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../bench/freePort';
import { tlsCertificate } from './startTlsProxy';

/** How the provider gets into the backend; see `ways` of test/matrix/backend.cjs. */
export type Way = 'module' | 'factory' | 'upstream' | 'legacy';

/** A Backstage backend in a process of its own. */
export interface StartedBackend {
  readonly baseUrl: string;
  stop(): Promise<void>;
}

const startTimeoutMs = 120_000;

/** Starts the backend of the project in `folder`; resolves when its catalog holds `entityPath`. */
export async function startBackend(options: {
  folder: string;
  way: Way;
  catalogFile: string;
  entityPath: string;
  /** `auth.providers.bitbucketServer.development` */
  provider: object;
}): Promise<StartedBackend> {
  const { folder, way, catalogFile, entityPath, provider } = options;
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const child = fork(join(folder, 'backend.cjs'), {
    cwd: folder,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: tlsCertificate, LOG_LEVEL: 'warn' },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  child.stdout?.on('data', text => (log += String(text)));
  child.stderr?.on('data', text => (log += String(text)));
  const exited = once(child, 'exit');

  async function stop() {
    if (child.connected) child.disconnect();
    await exited;
  }

  child.send({
    way,
    config: {
      app: { baseUrl },
      backend: {
        baseUrl,
        listen: { host: '127.0.0.1', port },
        auth: { dangerouslyDisableDefaultAuthPolicy: true },
        database: { client: 'better-sqlite3', connection: ':memory:' },
      },
      auth: {
        environment: 'development',
        providers: { bitbucketServer: { development: provider } },
      },
      catalog: {
        rules: [{ allow: ['User'] }],
        locations: [{ type: 'file', target: catalogFile }],
      },
    },
  });
  try {
    const [answer] = (await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(startTimeoutMs) }),
      exited.then(() => [{ error: 'the backend has exited' }]),
    ])) as [{ error?: string }];
    if (answer.error) throw new Error(answer.error);
    await waitForEntity(`${baseUrl}/api/catalog/entities/by-name/${entityPath}`);
    return { baseUrl, stop };
  } catch (error) {
    await stop();
    throw new Error(`${way}: the backend does not start: ${String(error)}\n${log}`);
  }
}

/** The backend is ready before the catalog has read its file. */
async function waitForEntity(url: string): Promise<void> {
  const end = Date.now() + startTimeoutMs;
  while (Date.now() < end) {
    const { ok } = await fetch(url);
    if (ok) return;
    await pause(100);
  }
  throw new Error(`the catalog has not read its file: ${url}`);
}
