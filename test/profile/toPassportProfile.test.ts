import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';

const read = (file: string) =>
  parseBitbucketServerUser(
    JSON.parse(readFileSync(join(__dirname, '../../fixtures/payloads', file), 'utf8')),
  );
const user = (extra: object = {}) =>
  parseBitbucketServerUser({ id: 7, name: 'jane', slug: 'jane', ...extra });

describe('toPassportProfile', () => {
  it('carries the whole user', () => {
    const payload = read('user-007-at-username-underscore-slug.json');
    const profile = toPassportProfile(payload, { baseUrl: 'https://bitbucket.corp.com:8443/vcs/' });
    expect(profile.bitbucketServer).toBe(payload);
    expect(profile).toMatchObject({
      provider: 'bitbucketServer',
      id: String(payload.id),
      username: payload.name,
      displayName: payload.displayName,
    });
    expect(profile.bitbucketServerSession).toEqual({
      baseUrl: 'https://bitbucket.corp.com:8443/vcs',
      host: 'bitbucket.corp.com',
      refresh: false,
    });
  });

  it.each([
    ['user-038-no-email-key.json', undefined],
    ['user-027-detailed-invalid-email.json', undefined],
    ['user-039-with-email-counterpart.json', [{ value: 'user.name@tum.de' }]],
  ])('gives the emails of %s', (file, emails) => {
    const profile = toPassportProfile(read(file), { baseUrl: 'https://bitbucket.corp.com' });
    expect(profile.emails).toEqual(emails);
    expect('emails' in profile).toBe(emails !== undefined);
  });

  it.each([
    // file, base URL, picture
    [
      'user-047-avatar-relative-with-contextpath.json',
      'https://git.corp.example/bitbucket',
      'https://git.corp.example/bitbucket/users/ana.lopez/avatar.png?s=32&v=1624888009569',
    ],
    [
      'user-041-relative-avatar-minimal.json',
      'https://git.corp.example:7990',
      'https://git.corp.example:7990/users/jdoe/avatar.png?s=64',
    ],
    [
      'user-043-gravatar-http-absolute.json',
      'https://git.corp.example',
      'http://www.gravatar.com/avatar/7f08d8c2a996003767fbe0cb09d89589.jpg?s=32&d=mm',
    ],
    [
      'user-045-avatar-absolute-own-host.json',
      'https://bitbucket.mockeddomain.com',
      'https://bitbucket.mockeddomain.com/users/mockuser/avatar.png',
    ],
  ])('resolves the avatar of %s on %s', (file, baseUrl, picture) => {
    expect(toPassportProfile(read(file), { baseUrl }).photos).toEqual([{ value: picture }]);
  });

  it.each(['javascript:alert(1)', 'data:image/png;base64,AA', 'http://[', 'file:///etc/passwd'])(
    'drops the avatar %s',
    avatarUrl => {
      const profile = toPassportProfile(user({ avatarUrl }), { baseUrl: 'https://git.corp.com' });
      expect('photos' in profile).toBe(false);
    },
  );
});
