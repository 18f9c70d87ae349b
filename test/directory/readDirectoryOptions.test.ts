import { ConfigReader } from '@backstage/config';
import type { JsonObject, JsonValue } from '@backstage/types';
import { readDirectoryOptions } from '../../src/directory';
import { environmentSchema } from '../support/configSchema';

const path = 'auth.providers.bitbucketServer.production';
const read = (directory: JsonValue | undefined) =>
  readDirectoryOptions(new ConfigReader({ directory } as JsonObject), path);

describe('the config of directories', () => {
  it('is not required', () => {
    expect(read(undefined)).toBeUndefined();
  });

  it('reads a token, or a username and password', () => {
    expect(read({ token: ' abc\n' })).toEqual({
      authorization: 'Bearer abc',
      trustedDirectories: [],
      ttl: undefined,
      warnings: [],
    });
    expect(
      read({
        username: 'robot',
        password: ' with spaces ',
        trustedDirectories: ['Corporate LDAP'],
        ttl: { minutes: 2 },
      }),
    ).toEqual({
      authorization: `Basic ${Buffer.from('robot: with spaces ').toString('base64')}`,
      trustedDirectories: ['Corporate LDAP'],
      ttl: { milliseconds: 120_000 },
      warnings: [],
    });
    expect(read({ token: 'abc', ttl: '30s' })?.ttl).toEqual({ milliseconds: 30_000 });
    expect(read({ token: 'abc', ttl: 'PT1M' })?.ttl).toEqual({ milliseconds: 60_000 });
  });

  it.each<[string, JsonValue, string]>([
    ['nothing', {}, `"${path}.directory" must contain a credential`],
    ['a string', 'secret-1', `"${path}.directory" must be an object, got a string`],
    [
      'an empty token',
      { token: ' ' },
      `"${path}.directory.token" must be one line of printable ASCII`,
    ],
    [
      'a token of two lines',
      { token: 'secret-\ncd' },
      `"${path}.directory.token" must be one line`,
    ],
    [
      'a token that is a number',
      { token: 1 },
      `"${path}.directory.token" must be a string, got a value of type number`,
    ],
    ['no password', { username: 'robot' }, `"${path}.directory.password" is missing`],
    ['no username', { password: 'secret-1' }, `"${path}.directory.username" is missing`],
    [
      'a username with a colon',
      { username: 'a:b', password: 'secret-1' },
      `"${path}.directory.username" must be a non-empty string without a colon`,
    ],
    [
      'both credentials',
      { token: 'secret-1', username: 'robot', password: 'secret-2' },
      `"${path}.directory.username" must not be set together with "token"`,
    ],
    [
      'a password next to a token',
      { token: 'secret-1', password: 'secret-2' },
      `"${path}.directory.password" must not be set together with "token"`,
    ],
    [
      'one directory',
      { token: 'x', trustedDirectories: 'LDAP' },
      `trustedDirectories" must be a list, got "LDAP"`,
    ],
    [
      'an unknown key',
      { token: 'x', tokn: 'y' },
      `"${path}.directory.tokn" is not a known option; expected one of: token, username, password, trustedDirectories, ttl`,
    ],
    [
      'a time that is none',
      { token: 'x', ttl: 'soon' },
      `"${path}.directory.ttl" must be a duration`,
    ],
    [
      'a time without end',
      { token: 'x', ttl: '2h' },
      `"${path}.directory.ttl" must be from 0 ms to 1 hour, got 2 hours`,
    ],
  ])('refuses %s, with the path of the key and no secret', (_what, directory, message) => {
    let error: Error | undefined;
    try {
      read(directory);
    } catch (caught) {
      error = caught as Error;
    }
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain('secret-');
  });

  it('names every key that there is', () => {
    const { properties: keys } = environmentSchema.properties!.directory!;
    expect(() => read({ nothing: true })).toThrow(
      `expected one of: ${Object.keys(keys!).join(', ')}`,
    );
  });
});
