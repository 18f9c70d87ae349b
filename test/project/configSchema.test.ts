import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigReader } from '@backstage/config';
import { loadConfigSchema } from '@backstage/config-loader';
import type { ConfigSchema } from '@backstage/config-loader';
import type { JsonObject } from '@backstage/types';
import { createConfigSchema } from '../../scripts/createConfigSchema';
import {
  bitbucketServerProfileTransforms,
  bitbucketServerSignInResolvers,
  readSignInSetup,
} from '../../src';
import { environmentSchema } from '../support/configSchema';

const checkedIn = readJson(join(__dirname, '../../config.schema.json'));
const upstream = readJson(
  require.resolve('@backstage/plugin-auth-backend-module-bitbucket-server-provider/config.schema.json'),
);

const address = { clientId: 'the-client', clientSecret: 's3cret', host: 'bitbucket.example.com' };

interface Nested {
  readonly properties: Record<string, Nested>;
  readonly additionalProperties?: Nested;
}

function appConfig(environment: JsonObject) {
  return [
    {
      context: 'app-config.yaml',
      data: { auth: { providers: { bitbucketServer: { production: environment } } } },
    },
  ];
}

/** As Backstage merges the schemas of all packages that an app has. */
function loadSchemas(values: readonly JsonObject[]): Promise<ConfigSchema> {
  const schemas = values.map((value, index) => ({
    value,
    path: `${index}`,
    packageName: `${index}`,
  }));
  return loadConfigSchema({ serialized: { backstageConfigSchemaVersion: 1, schemas } });
}

function readJson(path: string): JsonObject {
  return JSON.parse(readFileSync(path, 'utf8')) as JsonObject;
}

describe('config.schema.json', () => {
  let schema: ConfigSchema;

  beforeAll(async () => {
    // Where the validator tells of what it finds odd in a schema, on every run of config:check.
    const warn = jest.spyOn(console, 'warn');
    schema = await loadSchemas([checkedIn]);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  function problemOf(environment: JsonObject): string | undefined {
    try {
      schema.process(appConfig(environment));
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  it('is what "npm run config-schema" writes', () => {
    expect(checkedIn).toEqual(createConfigSchema());
  });

  it.each([
    ['the least', address],
    ['a URL with a context path', { ...withoutHost(), baseUrl: 'https://example.com/bitbucket' }],
    [
      'everything',
      {
        ...address,
        callbackUrl: 'https://backstage.example.com/api/auth/bitbucketServer/handler/frame',
        sessionDuration: { hours: 24 },
        timeout: '5s',
        signIn: {
          resolvers: [
            {
              resolver: 'agreement',
              of: [
                { resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains: ['corp.com'] },
                { resolver: 'usernameMatchingUserEntityName', namespaces: ['people'] },
              ],
              onNoMatch: 'stop',
            },
            { resolver: 'userIdMatchingUserEntityAnnotation', annotation: 'example.com/id' },
          ],
        },
        profileTransforms: [
          { transform: 'fromUser' },
          { transform: 'restrictEmailDomains', allowedDomains: ['corp.com'], onDenied: 'drop' },
        ],
        directory: { token: 't0ken', ttl: '5m' },
        ownership: { transitiveGroups: true },
      },
    ],
  ])('accepts a config with %s', (_, environment) => {
    expect(problemOf(environment)).toBeUndefined();
  });

  it.each(Object.keys(bitbucketServerSignInResolvers))('knows the resolver %s', resolver => {
    const parts = ['userIdMatchingUserEntityAnnotation', 'userSlugMatchingUserEntityName'];
    const options =
      resolver === 'agreement'
        ? { of: parts.map(part => ({ resolver: part })), onAmbiguous: 'stop' }
        : { dangerouslyAllowSignInWithoutUserInCatalog: true };
    expect(
      problemOf({
        ...address,
        signIn: {
          resolvers: [{ resolver, ...options }],
        },
      }),
    ).toBeUndefined();
  });

  it('knows every profile transform', () => {
    const needed: Record<string, JsonObject> = {
      restrictEmailDomains: { allowedDomains: ['corp.com'] },
      emailFromUsername: { domain: 'corp.com' },
    };
    const names = Object.keys(bitbucketServerProfileTransforms);
    const profileTransforms = names.map(transform => ({ transform, ...needed[transform] }));
    expect(problemOf({ ...address, profileTransforms })).toBeUndefined();
  });

  it('knows exactly the keys that the module knows', () => {
    const read = () => readSignInSetup(new ConfigReader({ unknownKey: 1 }), 'production');
    const { auth } = (checkedIn as unknown as Nested).properties;
    const { additionalProperties } = auth!.properties.providers!.properties.bitbucketServer!;
    const keys = Object.keys(additionalProperties!.properties);
    expect(read).toThrow(new RegExp(`expected one of: ${keys.join(', ')}(?!,)`));
  });

  it('describes every key', () => {
    for (const schema of Object.values(environmentSchema.properties!)) {
      expect(schema.description?.length).toBeGreaterThan(20);
    }
  });

  it('shows the frontend that the provider is there, and nothing else', () => {
    const [filtered] = schema.process(
      appConfig({ ...address, directory: { token: 't0ken' }, signIn: { resolvers: [] } }),
      { visibility: ['frontend'] },
    );
    expect(filtered?.data).toEqual({ auth: { providers: { bitbucketServer: {} } } });
  });

  it.each<[JsonObject, JsonObject]>([
    [{ token: 't0ken' }, { token: 't0ken' }],
    [{ username: 'ci', password: 'pa55' }, { password: 'pa55' }],
  ])('marks exactly the secrets as secret, with the directory %j', (directory, secretPart) => {
    const [secrets] = schema.process(appConfig({ ...address, directory }), {
      visibility: ['secret'],
    });
    const production = { clientSecret: 's3cret', directory: secretPart };
    expect(secrets?.data).toEqual({ auth: { providers: { bitbucketServer: { production } } } });
  });
});

describe('config.schema.json beside the schema of the upstream module', () => {
  it('accepts what both know', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const both = await loadSchemas([checkedIn, upstream]);
    warn.mockRestore();
    const signIn = { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }] };
    expect(() => both.process(appConfig({ ...address, signIn }))).not.toThrow();
  });
});

function withoutHost() {
  return { clientId: address.clientId, clientSecret: address.clientSecret };
}
