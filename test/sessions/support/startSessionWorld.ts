import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '@backstage/types';
import { freePort } from '../../../bench/freePort';
import { startProcess } from '../../../bench/world/processes';
import { startBitbucketSimulator } from '../../../demo/bitbucket';
import type { BitbucketSimulator, SimulatorOptions } from '../../../demo/bitbucket';
import { allow } from '../../authenticator/support/allow';
import { createBrowser } from '../../authenticator/support/createBrowser';
import type { Browser } from '../../authenticator/support/createBrowser';
import type { BackendHandlers } from './backendProcess';

export const refreshCookie = 'bitbucketServer-refresh-token';
const link = { clientId: 'backstage', clientSecret: 'planted-client-secret' };

/** A real auth backend in a process of its own, with this package as its module. */
export interface BackendProcess {
  readonly url: string;
  /** A browser; given another one, a tab of it. */
  createBrowser(tabOf?: Browser): Browser;
  signIn(username?: string): Promise<Browser>;
  warnings(): Promise<string[]>;
  heap(): Promise<{ heapUsed: number; rss: number }>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface BackendSettings {
  readonly cache?: JsonObject;
  /** More of the provider. */
  readonly provider?: JsonObject;
}

/** A Bitbucket and a catalog in this process, and as many backends as a test wants. */
export interface SessionWorld {
  readonly simulator: BitbucketSimulator;
  readonly catalog: StandInCatalog;
  startBackend(settings?: BackendSettings): Promise<BackendProcess>;
  stop(): Promise<void>;
}

export async function startSessionWorld(
  usernames: readonly string[] = ['jane'],
  options: Partial<SimulatorOptions> = {},
): Promise<SessionWorld> {
  const people = usernames.map((name, index) => ({
    user: { id: 101 + index, name, slug: name, displayName: name, active: true, type: 'NORMAL' },
  }));
  const clients = [{ ...link, redirectUris: [], scopes: ['PUBLIC_REPOS'] }];
  const simulator = await startBitbucketSimulator({ people, clients, ...options });
  const catalog = await startStandInCatalog();
  const running = new Set<() => Promise<void>>();

  return {
    simulator,
    catalog,

    async startBackend({ cache, provider } = {}) {
      const port = await freePort();
      const child = startProcess<BackendHandlers>(join(__dirname, 'backendProcess.ts'), {
        // In tests, Backstage lets an uncaught exception end the process.
        NODE_ENV: 'production',
      });
      const stop = async (signal?: NodeJS.Signals) => {
        running.delete(stop);
        await child.stop(signal);
      };
      running.add(stop);
      const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
      const all = { ...link, baseUrl: simulator.baseUrl, signIn: { resolvers }, ...provider };
      await child.call('start', { port, cache, catalog: catalog.origin, provider: all });
      const url = `http://127.0.0.1:${port}/api/auth/bitbucketServer`;
      return {
        url,
        createBrowser: tabOf => createBrowser(url, tabOf?.cookies),
        async signIn(username = usernames[0]!) {
          const browser = createBrowser(url);
          const session = await browser.comeBack(allow(simulator, username, await browser.start()));
          if (session.error) throw new Error(session.error.message);
          return browser;
        },
        warnings: () => child.call('warnings', undefined),
        heap: () => child.call('heap', undefined),
        stop,
      };
    },

    async stop() {
      for (const stop of running) await stop();
      await catalog.stop();
      await simulator.close();
    },
  };
}

export interface StandInCatalog {
  readonly origin: string;
  /** Answers wait for this. */
  gate: Promise<unknown>;
  /** Answers have this status, when there is one. */
  failure: number | undefined;
  /** Resolves when the next question has come. */
  asked(): Promise<void>;
  stop(): Promise<void>;
}

/** Who becomes whom is the business of other tests: everybody has the user of their own name here. */
async function startStandInCatalog(): Promise<StandInCatalog> {
  const watchers = new Set<() => void>();
  async function answer(request: IncomingMessage, response: ServerResponse) {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    watchers.forEach(tell => tell());
    watchers.clear();
    await catalog.gate;
    const known = request.method === 'POST' && request.url?.includes('/entities/by-refs');
    response.statusCode = catalog.failure ?? (known ? 200 : 501);
    response.setHeader('content-type', 'application/json');
    if (response.statusCode !== 200) {
      response.end(JSON.stringify({ error: { name: 'Error', message: 'planted' } }));
      return;
    }
    const { entityRefs } = JSON.parse(body) as { entityRefs: string[] };
    response.end(JSON.stringify({ items: entityRefs.map(userOf) }));
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const catalog: StandInCatalog = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    gate: Promise.resolve(),
    failure: undefined,
    asked: () => new Promise(resolve => watchers.add(resolve)),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return catalog;
}

function userOf(ref: string) {
  const [, namespace, name] = /^user:([^/]+)\/(.+)$/.exec(ref) ?? [];
  return name === undefined
    ? null
    : {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: { namespace, name },
        spec: {},
      };
}
