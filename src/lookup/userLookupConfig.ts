import { readDurationFromConfig } from '@backstage/config';
import type { Config } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { checkKeys, createConfigError } from '../config';
import type { CatalogUserLookupOptions } from './createCatalogUserLookup';

const durationOf = (description: string) => ({
  anyOf: [{ type: 'string' }, { type: 'object' }],
  description: `${description} Such as '30s', '1 minute', 'PT1M' or { minutes: 1 }.`,
});

const countOf = (description: string) => ({ type: 'integer', minimum: 1, description });

/**
 * JSON schema of `auth.providers.bitbucketServer.<env>.userLookup`. Its properties are the keys that
 * `readUserLookupOptions` accepts, no more and no fewer.
 *
 * @internal
 */
export const userLookupConfigSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'How the users of the catalog are looked up and remembered at sign-in.',
  properties: {
    ttl: durationOf(
      'How long a found user is remembered; 0s = ask every time. Default: 60 seconds.',
    ),
    notFoundTtl: durationOf(
      'How long "nobody" and "several" are remembered; 0s = ask every time. Default: 5 seconds.',
    ),
    staleIfError: durationOf(
      'How long after its ttl an answer may still serve the refresh of a session while the catalog cannot be asked; 0s = never. Default: 1 hour.',
    ),
    timeout: durationOf('How long the catalog may take to answer. Default: 10 seconds.'),
    maxEntries: countOf('Most answers in memory. Default: 10000.'),
    maxValuesPerRequest: countOf(
      'Most emails or annotation values in one request to the catalog. Default: 100.',
    ),
    maxRefsPerRequest: countOf('Most names in one request to the catalog. Default: 1000.'),
    fields: {
      enum: ['all', 'identity'],
      description:
        'What of a user is fetched and kept: the whole entity, or only name, email, memberships and the matched annotation. Default: all.',
    },
  },
} as const;

type Key = keyof typeof userLookupConfigSchema.properties;

/**
 * Options of `createCatalogUserLookup` that `userLookup` of the configuration sets.
 *
 * @public
 */
export type UserLookupConfig = Pick<CatalogUserLookupOptions, Key>;

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
  if (!config.has('userLookup')) return {};
  const section = read(at, () => config.getConfig('userLookup'));
  checkKeys(section, at, Object.keys(userLookupConfigSchema.properties));

  const duration = (key: Key): HumanDuration | undefined => {
    if (!section.has(key)) return undefined;
    const value = read(`${at}.${key}`, () => readDurationFromConfig(section, { key }));
    if (durationToMilliseconds(value) >= 0) return value;
    throw createConfigError(`${at}.${key}`, 'must not be negative');
  };
  const limit = (key: Key): number | undefined => {
    const value = read(`${at}.${key}`, () => section.getOptionalNumber(key));
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return value;
    throw createConfigError(`${at}.${key}`, 'must be a whole number, at least 1');
  };
  const timeout = duration('timeout');
  if (timeout && durationToMilliseconds(timeout) === 0) {
    throw createConfigError(`${at}.timeout`, 'must be longer than 0');
  }
  const fields = read(`${at}.fields`, () => section.getOptionalString('fields'));
  const chosen = fieldChoices.find(choice => choice === fields);
  if (fields !== undefined && !chosen) {
    throw createConfigError(`${at}.fields`, `must be one of: ${fieldChoices.join(', ')}`);
  }
  return {
    ttl: duration('ttl'),
    notFoundTtl: duration('notFoundTtl'),
    staleIfError: duration('staleIfError'),
    timeout,
    maxEntries: limit('maxEntries'),
    maxValuesPerRequest: limit('maxValuesPerRequest'),
    maxRefsPerRequest: limit('maxRefsPerRequest'),
    fields: chosen,
  };
}

function read<T>(path: string, reader: () => T): T {
  try {
    return reader();
  } catch (error) {
    throw createConfigError(path, `is not valid: ${(error as Error).message}`);
  }
}
