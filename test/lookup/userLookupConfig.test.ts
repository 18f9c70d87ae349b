import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readSignInSetup } from '../../src';
import { environmentSchema } from '../support/configSchema';

const path = 'auth.providers.bitbucketServer.production';

function readOptions(userLookup?: JsonObject | true) {
  return readSignInSetup(new ConfigReader({ host: 'git.corp.com', userLookup }), path).userLookup;
}

describe('the config of the user lookup', () => {
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
    const { properties } = environmentSchema.properties!.userLookup!;
    expect(Object.keys(all).sort()).toEqual(Object.keys(properties!).sort());
    expect(readOptions(all)).toEqual({
      ...all,
      ttl: { milliseconds: 120_000 },
      notFoundTtl: { milliseconds: 3_000 },
      staleIfError: { milliseconds: 7_200_000 },
      timeout: { milliseconds: 4_000 },
    });
  });

  it('takes 0 for "do not remember"', () => {
    const zero = { milliseconds: 0 };
    const options = { ttl: '0s', notFoundTtl: zero, staleIfError: zero };
    expect(readOptions(options)).toEqual({ ttl: zero, notFoundTtl: zero, staleIfError: zero });
  });

  it('makes a duration a whole number of milliseconds', () => {
    expect(readOptions({ ttl: { seconds: 1.1 } }).ttl).toEqual({ milliseconds: 1_100 });
    expect(readOptions({ ttl: '1.5 ms' }).ttl).toEqual({ milliseconds: 2 });
  });

  it.each<[JsonObject, string, RegExp]>([
    [{ ttl: '60' }, 'ttl', /must be a duration/],
    [{ ttl: 60 }, 'ttl', /must be a duration.*got 60/],
    [{ ttl: 'soon' }, 'ttl', /must be a duration/],
    [{ ttl: '-1s' }, 'ttl', /must be a duration/],
    [{ ttl: { seconds: -1 } }, 'ttl.seconds', /negative/],
    [{ ttl: { second: 1 } }, 'ttl.second', /is not a known option/],
    [{ ttl: { days: 30 } }, 'ttl', /from 0 ms to 1 day, got 30 days/],
    [{ timeout: '0s' }, 'timeout', /from 1 ms to 5 minutes, got 0 ms/],
    [{ maxEntries: 0 }, 'maxEntries', /from 1 to/],
    [{ maxEntries: 1.5 }, 'maxEntries', /whole number/],
    [{ maxEntries: '5' }, 'maxEntries', /must be a number, got "5"/],
    [{ maxValuesPerRequest: -1 }, 'maxValuesPerRequest', /from 1 to/],
    [{ shared: true }, 'shared', /is not a known option/],
    [{ fields: 'some' }, 'fields', /must be one of: "all", "identity", got "some"/],
    [{ tll: '1s' }, 'tll', /expected one of: ttl, /],
  ])('refuses %j, and names the key and the reason to the administrator', (config, key, reason) => {
    const error = catchError(() => readOptions(config));
    expect(error).toMatchObject({ name: 'InputError', code: 'CONFIG_INVALID', phase: 'config' });
    expect(error.message).toContain(`"${path}.userLookup.${key}"`);
    expect(error.message).toMatch(reason);
  });

  it('refuses a section that is no object', () => {
    const error = catchError(() => readOptions(true));
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
