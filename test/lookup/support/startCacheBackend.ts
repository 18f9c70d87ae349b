import { createRequire } from 'node:module';
import { cacheServiceFactory } from '@backstage/backend-defaults/cache';
import { coreServices, createBackendPlugin } from '@backstage/backend-plugin-api';
import type { CacheService } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';

export interface CacheBackend {
  readonly cache: CacheService;
  stop(): Promise<void>;
}

interface RedisStore {
  disconnect(force: boolean): Promise<void>;
}

/**
 * A backend whose cache service is Backstage's own, configured as an administrator would.
 *
 * Backstage never closes the connections of its cache when a backend stops (backend-defaults 0.18.0),
 * so the stores are caught when it makes them and closed here; the process could not end otherwise.
 */
export async function startCacheBackend(connection: string): Promise<CacheBackend> {
  const stores = new Set<RedisStore>();
  const catcher = catchStores(stores);
  let cache: CacheService | undefined;
  const plugin = createBackendPlugin({
    pluginId: 'auth',
    register(reg) {
      reg.registerInit({
        deps: { cache: coreServices.cache },
        async init(deps) {
          cache = deps.cache;
        },
      });
    },
  });
  const data = { backend: { cache: { store: 'redis', connection } } };
  const backend = await startTestBackend({
    features: [cacheServiceFactory, plugin, mockServices.rootConfig.factory({ data })],
  });
  catcher.mockRestore();
  if (!cache || stores.size !== 1) throw new Error('the backend did not make its Redis store');
  return {
    cache,
    async stop() {
      await backend.stop();
      await Promise.all(Array.from(stores, store => store.disconnect(true)));
    },
  };
}

function catchStores(stores: Set<RedisStore>) {
  const fromBackstage = createRequire(require.resolve('@backstage/backend-defaults/package.json'));
  const { default: KeyvRedis } = fromBackstage('@keyv/redis') as {
    default: { prototype: { on(this: RedisStore, ...args: unknown[]): unknown } };
  };
  const original = KeyvRedis.prototype.on;
  return jest.spyOn(KeyvRedis.prototype, 'on').mockImplementation(function (
    this: RedisStore,
    ...args: unknown[]
  ) {
    stores.add(this);
    return original.apply(this, args);
  });
}
