import { ConfigReader } from '@backstage/config';
import type { JsonObject, JsonValue } from '@backstage/types';
import { ownershipConfigSchema, readOwnershipOptions } from '../../src/ownership';

const path = 'auth.providers.bitbucketServer.production';
const read = (ownership?: JsonValue) =>
  readOwnershipOptions(new ConfigReader({ ownership } as JsonObject), path);

describe('the config of ownership', () => {
  it('leaves parent groups out unless told otherwise', () => {
    expect(read()).toEqual({ transitiveGroups: false });
    expect(read({})).toEqual({ transitiveGroups: false });
    expect(read({ transitiveGroups: true })).toEqual({ transitiveGroups: true });
  });

  it.each<[JsonValue, string]>([
    [{ transitiveGroups: 'yes' }, `"${path}.ownership.transitiveGroups" is not valid`],
    [
      { transitive: true },
      `"${path}.ownership.transitive" is no option; valid options are: transitiveGroups`,
    ],
    [true, `"${path}.ownership" is not valid`],
  ])('refuses %j, with the path of the key', (value, message) => {
    expect(() => read(value)).toThrow(message);
  });

  it('has a schema of the same keys', () => {
    expect(Object.keys(ownershipConfigSchema.properties)).toEqual(['transitiveGroups']);
  });
});
