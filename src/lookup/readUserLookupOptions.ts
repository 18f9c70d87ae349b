import { readDurationFromConfig } from '@backstage/config';
import type { Config } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';
import { checkKeys, createConfigError } from '../config';
import type { CatalogUserLookupOptions } from './createCatalogUserLookup';
import { userLookupConfigSchema } from './userLookupConfigSchema';

/**
 * Options of `createCatalogUserLookup` that `userLookup` of the configuration sets.
 *
 * @public
 */
export interface UserLookupConfig extends Pick<
  CatalogUserLookupOptions,
  'cache' | 'batch' | 'fields' | 'sharedCacheTimeoutMs'
> {
  /** Whether `sharedCache` shall be Backstage's cache service. */
  readonly shared: boolean;
}

type Key = keyof typeof userLookupConfigSchema.properties;

const fieldChoices = userLookupConfigSchema.properties.fields.enum;

/**
 * Reads `userLookup` of one environment of the provider.
 *
 * @param config - the environment
 * @param path - its own path, for errors
 * @returns options for `createCatalogUserLookup`; what is not configured is `undefined`
 * @throws {@link SignInError} `CONFIG_INVALID` with the path of the key
 * @internal
 */
export function readUserLookupOptions(config: Config, path: string): UserLookupConfig {
  const at = `${path}.userLookup`;
  if (!config.has('userLookup')) return { shared: false };
  const section = read(at, () => config.getConfig('userLookup'));
  const valid = Object.keys(userLookupConfigSchema.properties);
  checkKeys(section, at, valid);

  const duration = (key: Key): number | undefined => {
    if (!section.has(key)) return undefined;
    const value = read(`${at}.${key}`, () => readDurationFromConfig(section, { key }));
    const milliseconds = durationToMilliseconds(value);
    if (milliseconds >= 0) return milliseconds;
    throw createConfigError(`${at}.${key}`, 'must not be negative');
  };
  const limit = (key: Key): number | undefined => {
    const value = read(`${at}.${key}`, () => section.getOptionalNumber(key));
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return value;
    throw createConfigError(`${at}.${key}`, 'must be a whole number, at least 1');
  };
  const timeout = (key: Key): number | undefined => {
    const value = duration(key);
    if (value !== 0) return value;
    throw createConfigError(`${at}.${key}`, 'must be longer than 0');
  };
  const fields = read(`${at}.fields`, () => section.getOptionalString('fields'));
  const chosen = fieldChoices.find(choice => choice === fields);
  if (fields !== undefined && !chosen) {
    throw createConfigError(`${at}.fields`, `must be one of: ${fieldChoices.join(', ')}`);
  }
  return {
    shared: read(`${at}.shared`, () => section.getOptionalBoolean('shared')) ?? false,
    sharedCacheTimeoutMs: timeout('sharedTimeout'),
    fields: chosen,
    cache: {
      ttlMs: duration('ttl'),
      notFoundTtlMs: duration('notFoundTtl'),
      staleIfErrorMs: duration('staleIfError'),
      maxEntries: limit('maxEntries'),
    },
    batch: {
      refsPerRequest: limit('refBatchSize'),
      valuesPerRequest: limit('batchSize'),
      timeoutMs: timeout('timeout'),
    },
  };
}

function read<T>(path: string, reader: () => T): T {
  try {
    return reader();
  } catch (error) {
    throw createConfigError(path, `is not valid: ${(error as Error).message}`);
  }
}
