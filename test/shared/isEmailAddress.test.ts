import { isEmailAddress } from '../../src/shared';

describe('isEmailAddress', () => {
  it.each([
    'jane@corp.com',
    'Jane.Doe+tag@Corp.COM',
    'svc-bot@example.local',
    'root@localhost',
    "o'neil@corp.com",
    'jürgen@bücher.example',
    'a%b@corp.com',
  ])('accepts %s', value => {
    expect(isEmailAddress(value)).toBe(true);
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
  ])('refuses %j', value => {
    expect(isEmailAddress(value)).toBe(false);
  });
});
