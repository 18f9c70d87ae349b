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
    [[{ transform: 'nope' }], `valid names are: fromUser, requireActiveUser`],
    [[{ transform: 'constructor' }], `"${path}.profileTransforms[0].transform" is "constructor"`],
    [
      [{ transform: 'withoutEmail', domain: 'x' }],
      `"${path}.profileTransforms[0].domain" is no option; valid options are: none`,
    ],
    [
      [{ transform: 'withoutEmail' }, { transform: 'emailFromUsername' }],
      `"${path}.profileTransforms[1].domain" is not valid: Required`,
    ],
    [
      [{ transform: 'emailFromUsername', domain: '@' }],
      `"${path}.profileTransforms[0]" is not valid: "@" is not a domain`,
    ],
    [
      [{ transform: 'restrictEmailDomains', allowedDomains: ['corp.com', 7] }],
      `"${path}.profileTransforms[0].allowedDomains[1]" is not valid: Expected string`,
    ],
  ])('refuses %j', (value, message) => {
    expect(() => read(value)).toThrow(message);
  });
});
