import { parseBitbucketServerUser, toPassportProfile, toSubject } from '../../src/profile';

const user = parseBitbucketServerUser({
  id: 0,
  name: 'Jane@Corp.com',
  slug: 'jane_corp.com',
  emailAddress: 'Jane@Corp.com',
});
const fullProfile = toPassportProfile(user, { baseUrl: 'https://git.corp.com', refresh: true });

describe('toSubject', () => {
  it('reads a sign-in of our authenticator', () => {
    const subject = toSubject({ profile: { email: 'Jane@Corp.com' }, result: { fullProfile } });
    expect(subject).toEqual({
      id: '0',
      username: 'Jane@Corp.com',
      slug: 'jane_corp.com',
      email: 'Jane@Corp.com',
      emailOrigin: 'payload',
      host: 'git.corp.com',
      refresh: true,
    });
  });

  it("reads a sign-in of upstream's authenticator, which knows neither slug nor host", () => {
    const thin = {
      provider: 'bitbucketServer',
      id: '7',
      username: 'jane',
      emails: [{ value: 'jane@corp.com' }],
    };
    expect(
      toSubject({ profile: { email: 'jane@corp.com' }, result: { fullProfile: thin } }),
    ).toEqual({
      id: '7',
      username: 'jane',
      slug: undefined,
      email: 'jane@corp.com',
      emailOrigin: 'payload',
      host: undefined,
      refresh: false,
    });
  });

  it('takes the email of the transformed profile, and knows when it is not that of Bitbucket', () => {
    const changed = toSubject({ profile: { email: 'jane@corp.com' }, result: { fullProfile } });
    expect(changed).toMatchObject({ email: 'jane@corp.com', emailOrigin: 'derived' });
    const removed = toSubject({ profile: {}, result: { fullProfile } });
    expect(removed).toMatchObject({ email: undefined, emailOrigin: undefined });
  });

  it.each([
    undefined,
    null,
    'x',
    {},
    { fullProfile: null },
    { fullProfile: 'x' },
    { fullProfile: { id: 7, username: '' } },
  ])('knows nothing of the result %j', result => {
    const { refresh, ...facts } = toSubject({ profile: {}, result });
    expect(refresh).toBe(false);
    expect(Object.values(facts).every(fact => fact === undefined)).toBe(true);
  });
});
