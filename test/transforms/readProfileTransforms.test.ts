import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';
import { readSignInSetup } from '../../src/readSignInSetup';
import { bitbucketServerProfileTransforms } from '../../src/transforms';

const path = 'auth.providers.bitbucketServer.production';
const host = 'git.corp.com';
const read = (profileTransforms: unknown) =>
  readSignInSetup(new ConfigReader({ host, profileTransforms } as JsonObject), path)
    .profileTransform;

const names = Object.keys(bitbucketServerProfileTransforms);
const user = { id: 7, name: 'jane', slug: 'jane', emailAddress: 'jane@elsewhere.org' };

/** The profile of an account, whose email is in no allowed domain. */
async function profileOf(profileTransforms: unknown, payload: object = user) {
  const parsed = parseBitbucketServerUser(payload);
  const fullProfile = toPassportProfile(parsed, { baseUrl: `https://${host}` });
  return (await read(profileTransforms)({ fullProfile }, {} as AuthResolverContext)).profile;
}

const options: Record<string, object> = {
  restrictEmailDomains: { allowedDomains: ['corp.com'], onDenied: 'drop' },
  emailFromUsername: { domain: 'corp.com' },
};

describe('profileTransforms', () => {
  it('knows every transform by its name', () => {
    expect(() => read([{ transform: 'nope' }])).toThrow(`must be one of: ${names.join(', ')};`);
  });

  it.each(names)('makes %s', async transform => {
    const changes = ['restrictEmailDomains', 'withoutEmail'].includes(transform);
    const made = transform === 'emailFromUsername';
    const payload = { ...user, emailAddress: made ? undefined : user.emailAddress };
    const { email } = await profileOf([{ transform, ...options[transform] }], payload);
    expect(email).toBe(changes ? undefined : made ? 'jane@corp.com' : user.emailAddress);
  });

  it('makes none without the key', async () => {
    expect(await profileOf(undefined)).toMatchObject({ email: user.emailAddress });
  });

  it('refuses an inactive account in any case', async () => {
    const refused = profileOf([{ transform: 'fromUser' }], { ...user, active: false });
    await expect(refused).rejects.toMatchObject({ code: 'USER_INACTIVE' });
  });

  it.each([
    ['withoutEmail', `"${path}.profileTransforms" must be a list`],
    [['withoutEmail'], `"${path}.profileTransforms[0]" must be an object`],
    [[{}], `"${path}.profileTransforms[0].transform" is missing`],
    [[{ transform: 'nope' }], `must be one of: fromUser, requireActiveUser`],
    [[{ transform: 'constructor' }], `"${path}.profileTransforms[0].transform" must be one of: `],
    [
      [{ transform: 'withoutEmail', domain: 'x' }],
      `"${path}.profileTransforms[0].domain" is not a known option; no options are allowed here`,
    ],
    [
      [{ transform: 'withoutEmail' }, { transform: 'emailFromUsername' }],
      `"${path}.profileTransforms[1].domain" is missing`,
    ],
    [
      [{ transform: 'emailFromUsername', domain: '@' }],
      `"${path}.profileTransforms[0]" is not valid: "@" is not a domain`,
    ],
    [
      [{ transform: 'restrictEmailDomains', allowedDomains: ['corp.com', 7] }],
      `"${path}.profileTransforms[0].allowedDomains[1]" must be a string, got 7`,
    ],
  ])('refuses %j', (value, message) => {
    expect(() => read(value)).toThrow(message);
  });
});
