import { mockServices } from '@backstage/backend-test-utils';
import type { CacheService } from '@backstage/backend-plugin-api';
import type { JsonValue } from '@backstage/types';

export interface SharedCache {
  readonly cache: CacheService;
  readonly store: Map<string, JsonValue>;
  /** Called before each operation; throws, or resolves late, for a cache that does not work. */
  before: (operation: 'get' | 'set' | 'delete') => Promise<void> | void;
}

/** What replicas share. Keeps nothing but JSON, for ever: a store that heeds no time is the worst one. */
export function createSharedCache(): SharedCache {
  const store = new Map<string, JsonValue>();
  const shared: SharedCache = {
    store,
    before: () => undefined,
    cache: mockServices.cache.mock({
      async get<T extends JsonValue>(key: string) {
        await shared.before('get');
        return store.get(key) as T | undefined;
      },
      async set(key, value) {
        await shared.before('set');
        store.set(key, JSON.parse(JSON.stringify(value)));
      },
      async delete(key) {
        await shared.before('delete');
        store.delete(key);
      },
    }),
  };
  return shared;
}
