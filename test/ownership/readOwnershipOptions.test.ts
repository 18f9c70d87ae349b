import { ConfigReader } from '@backstage/config';
import type { JsonObject, JsonValue } from '@backstage/types';
import { readSignInSetup } from '../../src';

const path = 'auth.providers.bitbucketServer.production';
const read = (ownership?: JsonValue) =>
  readSignInSetup(new ConfigReader({ host: 'git.corp.com', ownership } as JsonObject), path)
    .ownership;

describe('the config of ownership', () => {
  it('leaves what is not configured to createTransitiveGroups', () => {
    expect(read()).toEqual({});
    expect(read({})).toEqual({});
  });

  it('reads every key', () => {
    const all = { transitiveGroups: true, maxRefs: 100, maxDepth: 3 };
    expect(read(all)).toEqual(all);
  });

  it.each<[JsonValue, string]>([
    [
      { transitiveGroups: 'yes' },
      `"${path}.ownership.transitiveGroups" must be true or false, got "yes"`,
    ],
    [{ maxRefs: '5' }, `"${path}.ownership.maxRefs" must be a number, got "5"`],
    [
      { maxDepth: 101 },
      `"${path}.ownership.maxDepth" must be a whole number from 1 to 100, got 101`,
    ],
    [
      { transitive: true },
      `"${path}.ownership.transitive" is not a known option; expected one of: transitiveGroups, maxRefs, maxDepth`,
    ],
    [true, `"${path}.ownership" must be an object, got true`],
  ])('refuses %j, with the path of the key', (value, message) => {
    expect(() => read(value)).toThrow(message);
  });
});
