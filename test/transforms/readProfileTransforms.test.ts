import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import {
  bitbucketServerProfileTransforms,
  profileTransformRegistry,
  readProfileTransforms,
} from '../../src/transforms';

const path = 'auth.providers.bitbucketServer.production';
const read = (profileTransforms: unknown) =>
  readProfileTransforms(new ConfigReader({ profileTransforms } as JsonObject), path);

const options: Record<string, object> = {
  restrictEmailDomains: { allowedDomains: ['corp.com'], onDenied: 'drop' },
  emailFromUsername: { domain: 'corp.com' },
};

describe('readProfileTransforms', () => {
  it('knows every transform by its name', () => {
    expect(Object.keys(profileTransformRegistry)).toEqual(
      Object.keys(bitbucketServerProfileTransforms),
    );
  });

  it.each(Object.keys(profileTransformRegistry))('makes %s', transform => {
    expect(read([{ transform, ...options[transform] }])).toEqual([expect.any(Function)]);
  });

  it('makes none without the key', () => {
    expect(readProfileTransforms(new ConfigReader({}), path)).toEqual([]);
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
