import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readUserLookupOptions, userLookupConfigSchema } from '../../src/lookup';

const path = 'auth.providers.bitbucketServer.production';

function readOptions(userLookup?: JsonObject) {
  return readUserLookupOptions(new ConfigReader({ userLookup }), path);
}

describe('readUserLookupOptions', () => {
  it('leaves everything to the defaults when nothing is configured', () => {
    expect(readOptions()).toEqual({});
  });

  it('reads every key of the schema', () => {
    const all = {
      ttl: '2 minutes',
      notFoundTtl: { seconds: 3 },
      staleIfError: 'PT2H',
      timeout: '4s',
      maxEntries: 5,
      maxValuesPerRequest: 6,
      maxRefsPerRequest: 7,
      fields: 'identity',
    };
    expect(Object.keys(all).sort()).toEqual(Object.keys(userLookupConfigSchema.properties).sort());
    expect(readOptions(all)).toEqual({
      ttl: { minutes: 2 },
      notFoundTtl: { seconds: 3 },
      staleIfError: { hours: 2 },
      timeout: { seconds: 4 },
      maxEntries: 5,
      maxValuesPerRequest: 6,
      maxRefsPerRequest: 7,
      fields: 'identity',
    });
  });

  it('takes 0 for "do not remember"', () => {
    const zero = { milliseconds: 0 };
    expect(readOptions({ ttl: '0s', notFoundTtl: zero, staleIfError: zero })).toMatchObject({
      ttl: zero,
      notFoundTtl: zero,
      staleIfError: zero,
    });
  });

  it.each<[JsonObject, string, RegExp]>([
    [{ ttl: '60' }, 'ttl', /unit/],
    [{ ttl: 60 }, 'ttl', /not valid/],
    [{ ttl: 'soon' }, 'ttl', /not valid/],
    [{ ttl: '-1s' }, 'ttl', /not valid|negative/],
    [{ ttl: { seconds: -1 } }, 'ttl', /negative/],
    [{ ttl: { second: 1 } }, 'ttl', /not valid/],
    [{ timeout: '0s' }, 'timeout', /longer than 0/],
    [{ maxEntries: 0 }, 'maxEntries', /at least 1/],
    [{ maxEntries: 1.5 }, 'maxEntries', /whole number/],
    [{ maxEntries: 'many' }, 'maxEntries', /not valid/],
    [{ maxValuesPerRequest: -1 }, 'maxValuesPerRequest', /at least 1/],
    [{ batchSize: 5 }, 'batchSize', /valid options are: ttl, /],
    [{ fields: 'some' }, 'fields', /all, identity/],
    [{ tll: '1s' }, 'tll', /valid options are: ttl, /],
  ])('refuses %j, and names the key and the reason to the administrator', (config, key, reason) => {
    const error = catchError(() => readOptions(config));
    expect(error).toMatchObject({ name: 'InputError', code: 'CONFIG_INVALID', phase: 'config' });
    expect(error.message).toContain(`"${path}.userLookup.${key}"`);
    expect(error.message).toMatch(reason);
  });

  it('refuses a section that is no object', () => {
    const config = new ConfigReader({ userLookup: true });
    const error = catchError(() => readUserLookupOptions(config, path));
    expect(error.message).toContain(`"${path}.userLookup"`);
  });
});

function catchError(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
