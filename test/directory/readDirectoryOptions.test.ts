import { ConfigReader } from '@backstage/config';
import type { JsonObject, JsonValue } from '@backstage/types';
import { directoryConfigSchema, readDirectoryOptions } from '../../src/directory';

const path = 'auth.providers.bitbucketServer.production';
const read = (directory: JsonValue | undefined) =>
  readDirectoryOptions(new ConfigReader({ directory } as JsonObject), path);

describe('the config of directories', () => {
  it('is not required', () => {
    expect(read(undefined)).toBeUndefined();
  });

  it('reads a token, or a username and password', () => {
    expect(read({ token: ' abc\n' })).toEqual({
      credential: { token: 'abc' },
      trustedDirectories: [],
      ttl: undefined,
    });
    expect(
      read({
        username: 'robot',
        password: ' with spaces ',
        trustedDirectories: ['Corporate LDAP'],
        ttl: { minutes: 2 },
      }),
    ).toEqual({
      credential: { username: 'robot', password: ' with spaces ' },
      trustedDirectories: ['Corporate LDAP'],
      ttl: { milliseconds: 120_000 },
    });
    expect(read({ token: 'abc', ttl: '30s' })?.ttl).toEqual({ milliseconds: 30_000 });
    expect(read({ token: 'abc', ttl: 'PT1M' })?.ttl).toEqual({ milliseconds: 60_000 });
  });

  it.each<[string, JsonValue, string]>([
    ['nothing', {}, `"${path}.directory" needs a credential`],
    ['a text', 'token', `"${path}.directory" is not valid`],
    ['an empty token', { token: ' ' }, `"${path}.directory.token" is not valid`],
    ['a token of two lines', { token: 'ab\ncd' }, `"${path}.directory.token" is not valid`],
    ['a token that is a number', { token: 1 }, `"${path}.directory.token" is not valid`],
    ['no password', { username: 'robot' }, `"${path}.directory.password" is missing`],
    ['no username', { password: 'secret-1' }, `"${path}.directory.username" is missing`],
    [
      'a username with a colon',
      { username: 'a:b', password: 'secret-1' },
      `"${path}.directory.username" is not valid`,
    ],
    [
      'both credentials',
      { token: 'secret-1', username: 'robot', password: 'secret-2' },
      `"${path}.directory.username" goes without "token"`,
    ],
    [
      'a password next to a token',
      { token: 'secret-1', password: 'secret-2' },
      `"${path}.directory.password" goes without "token"`,
    ],
    [
      'one directory',
      { token: 'x', trustedDirectories: 'LDAP' },
      `trustedDirectories" is not valid`,
    ],
    [
      'an unknown key',
      { token: 'x', tokn: 'y' },
      `"${path}.directory.tokn" is no option; valid options are: token, username, password, trustedDirectories, ttl`,
    ],
    ['a time that is none', { token: 'x', ttl: 'soon' }, `"${path}.directory.ttl" is no duration`],
    ['a time without end', { token: 'x', ttl: '2h' }, `"${path}.directory.ttl" must be from 0 to`],
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

  it('has a schema of the same keys, whose secrets are secret', () => {
    const { properties } = directoryConfigSchema;
    expect(() => read({ nothing: true })).toThrow(
      `valid options are: ${Object.keys(properties).join(', ')}`,
    );
    const secret = Object.entries(properties).flatMap(([key, property]) =>
      'visibility' in property && property.visibility === 'secret' ? [key] : [],
    );
    expect(secret).toEqual(['token', 'password']);
  });
});
