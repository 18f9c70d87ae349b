import { mockServices } from '@backstage/backend-test-utils';
import type { CacheService } from '@backstage/backend-plugin-api';
import type { JsonValue } from '@backstage/types';

export interface HostileCache {
  readonly cache: CacheService;
  /** Every value that was ever written, the oldest first. */
  readonly written: { readonly key: string; readonly value: JsonValue }[];
  /** How often it was asked. */
  asked: number;
  /** What it answers, for every key and every time; may throw. */
  answer: (key: string) => unknown;
}

/** A cache of which somebody else decides what it answers. */
export function createHostileCache(): HostileCache {
  const hostile: HostileCache = {
    written: [],
    asked: 0,
    answer: () => undefined,
    cache: mockServices.cache.mock({
      async get<T extends JsonValue>(key: string) {
        hostile.asked += 1;
        return (await hostile.answer(key)) as T | undefined;
      },
      async set(key, value) {
        hostile.written.push({ key, value: JSON.parse(JSON.stringify(value)) });
      },
      delete: async () => undefined,
    }),
  };
  return hostile;
}
