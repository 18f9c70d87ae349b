import { join } from 'node:path';
import type { JsonObject } from '@backstage/types';
import { freePort } from '../freePort';
import type { AuthHandlers, AuthProcessOptions } from './authProcess';
import { createKeyStore } from './backendConfig';
import type { BackendSettings } from './backendConfig';
import type { Latency, NetworkHandlers, Reachable, Requests } from './networkProcess';
import { startProcess } from './processes';
import { startCatalog } from './startCatalog';
import type { BenchCatalog } from './startCatalog';
import { doorCertificate } from './startDoor';
import { startPostgres } from './startPostgres';

export type DatabaseName = 'sqlite' | 'postgres';

/** One auth backend in a process of its own, with its own doors to Bitbucket and catalog. */
export interface AuthBackend {
  readonly origin: string;
  /** Where a browser finds Bitbucket. */
  readonly bitbucket: string;
  /** Milliseconds of CPU so far. */
  cpu(): Promise<number>;
  /** MiB, since the start of the process. */
  peakMemory(): Promise<number>;
  /** Bytes of its heap that are in use after a collection. */
  heap(): Promise<number>;
  /** Says which of both servers it reaches. */
  setOpen(reachable: Reachable): Promise<void>;
  /** Requests since the last call. */
  takeRequests(): Promise<Requests>;
  /** Requests that are not answered yet. */
  underWay(): Promise<number>;
}

/** A Bitbucket, a catalog, and auth backends between them; each a process of its own. */
export interface World {
  readonly users: number;
  readonly catalog: BenchCatalog;
  startAuthBackend(
    name: string,
    module: AuthProcessOptions['module'],
    options?: JsonObject,
  ): Promise<AuthBackend>;
  setLatency(latency: Latency): Promise<void>;
  /** Which of the people of the catalog have an account at Bitbucket; ends all their sessions. */
  setPeople(first: number, count: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorld(users: number, databaseName: DatabaseName): Promise<World> {
  const cleanUps: (() => unknown)[] = [];
  async function stop(): Promise<void> {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  }
  try {
    return await open();
  } catch (error) {
    await stop();
    throw error;
  }

  async function open(): Promise<World> {
    const databaseFor = await startDatabase(databaseName, cleanUps);
    const keyStore = createKeyStore();
    cleanUps.push(keyStore.remove);
    // The catalog asks the auth backend for the keys of tokens, and all have the same ones.
    const firstAuthPort = await freePort();
    const catalog = await startCatalog(users, {
      port: await freePort(),
      database: databaseFor('catalog'),
      keyStore: keyStore.config,
      plugins: { auth: `http://127.0.0.1:${firstAuthPort}` },
    });
    cleanUps.push(catalog.stop);
    const network = startProcess<NetworkHandlers>(join(__dirname, 'networkProcess.ts'));
    cleanUps.push(network.stop);
    const bitbucket = await network.call('start', undefined);
    const ports = [firstAuthPort];

    return {
      users,
      catalog,
      stop,
      setLatency: latency => network.call('setLatency', latency),
      setPeople: (first, count) => network.call('setPeople', { first, count }),
      async startAuthBackend(name, module, options = {}) {
        const doors = await network.call('openDoors', { name, catalog: catalog.origin });
        const port = ports.pop() ?? (await freePort());
        const settings: BackendSettings = {
          port,
          database: databaseFor(name),
          keyStore: keyStore.config,
          plugins: { catalog: `http://${doors.catalog}` },
        };
        const auth = startProcess<AuthHandlers>(join(__dirname, 'authProcess.ts'), {
          NODE_ENV: 'production',
          NODE_EXTRA_CA_CERTS: doorCertificate,
        });
        cleanUps.push(auth.stop);
        const provider = {
          host: doors.bitbucket,
          clientId: 'backstage',
          clientSecret: 'backstage-secret',
          signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }] },
          ...options,
        };
        await auth.call('start', { module, provider, ...settings });
        return {
          origin: `http://127.0.0.1:${port}`,
          bitbucket,
          cpu: () => auth.call('cpu', undefined),
          peakMemory: () => auth.call('peakMemory', undefined),
          heap: () => auth.call('heap', undefined),
          setOpen: reachable => network.call('setOpen', { name, ...reachable }),
          takeRequests: () => network.call('takeRequests', name),
          underWay: () => network.call('underWay', name),
        };
      },
    };
  }
}

/** Answers the database of each backend. */
async function startDatabase(
  name: DatabaseName,
  cleanUps: (() => unknown)[],
): Promise<(backend: string) => JsonObject> {
  if (name === 'sqlite') return () => ({ client: 'better-sqlite3', connection: ':memory:' });
  const { connection, stop } = await startPostgres();
  cleanUps.push(stop);
  return backend => ({ client: 'pg', connection, prefix: `${backend}_` });
}
