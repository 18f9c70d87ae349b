import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import type { AuthService } from '@backstage/backend-plugin-api';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { ConfigReader } from '@backstage/config';
import { createCatalogUserLookup } from '../../../src/lookup';
import type { CachedUserLookup, UserQuery } from '../../../src/lookup';
import { user } from './people';

/** A process with a real backend, whose lookup shares its answers through the Redis of the first argument. */
const [connection] = process.argv.slice(2);

const config = {
  backend: {
    baseUrl: 'http://127.0.0.1:0',
    listen: { host: '127.0.0.1', port: 0 },
    database: { client: 'better-sqlite3', connection: ':memory:' },
    cache: { store: 'redis', connection },
  },
};

const people = ['ada', 'kim', 'bob'].map(name => user(name, { email: `${name}@corp.example` }));
let lookup: CachedUserLookup | undefined;

const plugin = createBackendPlugin({
  pluginId: 'auth',
  register(reg) {
    reg.registerInit({
      deps: {
        cache: coreServices.cache,
        auth: coreServices.auth,
        logger: coreServices.logger,
      },
      async init({ cache, auth, logger }) {
        const catalog = new InMemoryCatalogClient({ entities: people });
        await cache.get('connect');
        lookup = createCatalogUserLookup({
          catalog,
          // The catalog is in memory: a real token would ask for a database of keys.
          auth: Object.assign(Object.create(auth) as AuthService, {
            getPluginRequestToken: async () => ({ token: 'unused' }),
          }),
          logger,
          sharedCache: cache,
          sharedCacheTimeoutMs: 500,
        });
      },
    });
  },
});

process.on('disconnect', () => process.exit(0));
process.on('message', (query: UserQuery) => {
  void lookup!.find(query).then(answer => process.send!({ answer, stats: lookup!.stats }));
});

const backend = createBackend();
backend.add(
  createServiceFactory({
    service: coreServices.rootConfig,
    deps: {},
    factory: () => new ConfigReader(config),
  }),
);
backend.add(plugin);
void backend.start().then(() => process.send!('ready'));
