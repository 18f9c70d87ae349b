import { ConfigReader } from '@backstage/config';
import type { JsonObject, JsonValue } from '@backstage/types';
import { createBitbucketServerAuthenticator } from '../../src/authenticator';
import { isSignInError } from '../../src/errors';
import { readSignInSetup } from '../../src/readSignInSetup';
import { createFakeClock } from './support/createFakeClock';

const path = 'auth.providers.bitbucketServer.production';

function configOf(environment: JsonObject) {
  return new ConfigReader({
    auth: { providers: { bitbucketServer: { production: environment } } },
  }).getConfig(path);
}

const link = { clientId: 'backstage', clientSecret: 'planted-s3cret-of-the-link' };
const callbackUrl = 'https://backstage.example.com/api/auth/bitbucketServer/handler/frame';
const authenticator = createBitbucketServerAuthenticator({
  fetch: async () => new Response('', { status: 400 }),
});
const read = (environment: JsonObject) =>
  authenticator.initialize({ config: configOf(environment), callbackUrl });

function refusal(environment: JsonObject): string {
  try {
    read({ ...link, ...environment });
  } catch (error) {
    if (isSignInError(error) && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('the config was accepted');
}

describe('the address of Bitbucket Server', () => {
  it.each<[JsonObject, string, string]>([
    [{ host: 'bitbucket.example.com' }, 'https://bitbucket.example.com', 'bitbucket.example.com'],
    [{ host: 'Git.Example.com:8443' }, 'https://git.example.com:8443', 'git.example.com'],
    [
      { host: 'git.example.com:443/bitbucket/' },
      'https://git.example.com/bitbucket',
      'git.example.com',
    ],
    [{ host: 'localhost:7990' }, 'https://localhost:7990', 'localhost'],
    [{ host: 'localhost:7990', dangerouslyAllowHttp: true }, 'http://localhost:7990', 'localhost'],
    [{ host: '[::1]:7990/x', dangerouslyAllowHttp: true }, 'http://[::1]:7990/x', '[::1]'],
    [{ baseUrl: 'https://git.example.com/vcs/' }, 'https://git.example.com/vcs', 'git.example.com'],
    [{ baseUrl: 'http://127.0.0.1:7990/' }, 'http://127.0.0.1:7990', '127.0.0.1'],
    [{ baseUrl: 'http://127.8.9.1' }, 'http://127.8.9.1', '127.8.9.1'],
    [{ baseUrl: 'http://[::1]:7990' }, 'http://[::1]:7990', '[::1]'],
    [{ baseUrl: 'http://localhost' }, 'http://localhost', 'localhost'],
    [{ baseUrl: 'http://git.test/b', dangerouslyAllowHttp: true }, 'http://git.test/b', 'git.test'],
    [{ host: 'notbitbucket.org' }, 'https://notbitbucket.org', 'notbitbucket.org'],
  ])('reads %j as %s', (environment, baseUrl, host) => {
    expect(readSignInSetup(configOf(environment), path)).toMatchObject({ baseUrl, host });
  });
});

describe('the config of the authenticator', () => {
  it.each<[JsonValue | undefined, number]>([
    [undefined, 10_000],
    ['3s', 3_000],
    ['PT2M', 120_000],
    [{ minutes: 1 }, 60_000],
  ])('reads the time limit %j of a call as %i ms', async (timeout, ms) => {
    const clock = createFakeClock();
    const context = read({ ...link, host: 'git.example.com', timeout });
    const req = { query: {} } as Parameters<typeof authenticator.refresh>[0]['req'];
    const refreshing = authenticator.refresh({ refreshToken: 'r', scope: '', req }, context);
    await expect(refreshing).rejects.toMatchObject({ phase: 'token' });
    expect(clock.asked[0]).toBe(ms);
  });

  it.each<[string, JsonObject, RegExp]>([
    ['no address', {}, /"auth\.providers\.bitbucketServer\.production\.host" is missing/],
    [
      'two addresses',
      { host: 'a.example', baseUrl: 'https://a.example' },
      /production\.baseUrl" .*only one/,
    ],
    ['an empty host', { host: ' ' }, /production\.host" must be a valid address/],
    ['a host that is a number', { host: 7990 }, /production\.host" must be a string, got 7990/],
    [
      'a scheme in host',
      { host: 'https://a.example' },
      /production\.host" must not have a scheme.*"baseUrl"/,
    ],
    ['a user name in host', { host: 'me@a.example' }, /must not contain a user name or password/],
    [
      'a password in baseUrl',
      { baseUrl: 'https://me:pw@a.example' },
      /must not contain a user name or password/,
    ],
    [
      'an empty user name',
      { baseUrl: 'https://@a.example' },
      /must not contain a user name or password/,
    ],
    ['a query', { baseUrl: 'https://a.example/?x=1' }, /must not have a query or a fragment/],
    ['a fragment', { host: 'a.example/#x' }, /must not have a query or a fragment/],
    ['white space', { host: 'a.example/ b' }, /must be a valid address/],
    ['a backslash', { host: 'a.example\\b' }, /must be a valid address/],
    ['a port that is none', { host: 'a.example:http' }, /must be a valid address/],
    ['a baseUrl without a scheme', { baseUrl: 'a.example' }, /must be a valid address/],
    ['another scheme', { baseUrl: 'ftp://a.example' }, /must start with https/],
    [
      'http to elsewhere',
      { baseUrl: 'http://a.example' },
      /must start with https.*dangerouslyAllowHttp/,
    ],
    [
      'a name that looks like loopback',
      { baseUrl: 'http://127.0.0.1.evil.example' },
      /must start with https/,
    ],
    [
      'http for a host elsewhere',
      { host: 'a.example', dangerouslyAllowHttp: true },
      /production\.dangerouslyAllowHttp" .*baseUrl: http/,
    ],
    [
      'Bitbucket Cloud',
      { host: 'bitbucket.org' },
      /Server \/ Data Center.*"bitbucket" of @backstage\/plugin-auth-backend-module-bitbucket-provider/,
    ],
    [
      'the API of Bitbucket Cloud',
      { baseUrl: 'https://API.Bitbucket.org./2.0' },
      /is Bitbucket Cloud/,
    ],
    [
      'a callbackUrl that is a path',
      { host: 'a.example', callbackUrl: '/cb' },
      /callbackUrl" must be an absolute URL/,
    ],
    [
      'a timeout that is none',
      { host: 'a.example', timeout: 'soon' },
      /timeout" must be a duration/,
    ],
    ['no time at all', { host: 'a.example', timeout: '0s' }, /timeout" must be from 1 ms/],
    ['a number as a timeout', { host: 'a.example', timeout: 10 }, /timeout" must be a duration/],
    [
      'an endless timeout',
      { host: 'a.example', timeout: { hours: 1 } },
      /timeout" must be from 1 ms to 5 minutes, got 1 hour/,
    ],
    [
      'an endless cache',
      { host: 'a.example', profileCacheTtl: { days: 1 } },
      /profileCacheTtl" must be from 0 ms to 1 hour, got 1 day/,
    ],
    [
      'an endless bridge',
      { host: 'a.example', userLookup: { staleIfError: { days: 2 } } },
      /userLookup\.staleIfError" must be from 0 ms to 1 day, got 2 days/,
    ],
    [
      'a sessionDuration that is none',
      { host: 'a.example', sessionDuration: 'x' },
      /sessionDuration" must be a duration/,
    ],
  ])('refuses %s and says where', (_name, environment, message) => {
    expect(refusal(environment)).toMatch(message);
  });

  it.each(['clientId', 'clientSecret'])('refuses a missing or empty %s with its path', key => {
    const environment = { ...link, host: 'a.example' };
    expect(() => read({ ...environment, [key]: undefined })).toThrow(
      `"${path}.${key}" is missing in 'mock-config', or the environment variable in it is not set`,
    );
    expect(() => read({ ...environment, [key]: '' })).toThrow(
      `"${path}.${key}" must be a non-empty string`,
    );
  });

  it('never shows the secret', () => {
    expect(refusal({ host: 'https://a.example' })).not.toContain('s3cret');
  });
});
