import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';

const user = parseBitbucketServerUser({ id: 7, name: 'jane', slug: 'jane' });

/** The emails of the profile, which holds addresses only. */
function emailsOf(emailAddress: unknown) {
  const withEmail = { ...user, emailAddress: emailAddress as string };
  return toPassportProfile(withEmail, { baseUrl: 'https://git.corp.com' }).emails;
}

describe('an email address', () => {
  it.each([
    'jane@corp.com',
    'Jane.Doe+tag@Corp.COM',
    'svc-bot@example.local',
    'root@localhost',
    "o'neil@corp.com",
    'jürgen@bücher.example',
    'a%b@corp.com',
  ])('is %s', value => {
    expect(emailsOf(value)).toEqual([{ value }]);
  });

  it.each([
    'email',
    '',
    '@corp.com',
    'jane@',
    'jane@corp@com',
    'jane doe@corp.com',
    ' jane@corp.com',
    'jane@corp.com ',
    'jane@corp.com\n',
    'jane,john@corp.com',
    'jane@corp.com,kind=group',
    '"jane"@corp.com',
    '<jane@corp.com>',
    'jane@corp..com',
    'jane@.corp.com',
    'jane@corp.com.',
    'jane\u0000@corp.com',
    'jane\u202e@corp.com',
    'jane\u200b@corp.com',
    'jane@[127.0.0.1]',
    'jane@corp.com/x',
    `${'x'.repeat(250)}@c.de`,
    undefined,
    null,
    7,
    ['jane@corp.com'],
  ])('is not %j', value => {
    expect(emailsOf(value)).toBeUndefined();
  });
});
