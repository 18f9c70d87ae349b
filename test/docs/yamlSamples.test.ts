import {
  entityEnvelopeSchemaValidator,
  userEntityV1alpha1Validator,
} from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { loadConfigSchema } from '@backstage/config-loader';
import type { ConfigSchema } from '@backstage/config-loader';
import type { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { configSchema } from '../support/configSchema';
import { startModule } from '../support/startModule';
import { environmentsOf } from './support/environmentsOf';
import { blocksIn, readDocs } from './support/readDocs';

const blocks = blocksIn(readDocs(), 'yaml');
const environments = blocks.flatMap(block =>
  environmentsOf(block).map(({ name, config }) => ({ at: `${block.at} (${name})`, name, config })),
);
const entities = blocks
  .map(({ at, text }) => ({ at, entity: parse(text) as Entity }))
  .filter(({ entity }) => 'kind' in entity);

function asAppConfig(name: string, environment: JsonObject): JsonObject {
  return { auth: { providers: { bitbucketServer: { [name]: environment } } } };
}

describe('the YAML in the documentation', () => {
  let schema: ConfigSchema;
  let makeProvider: (environment: JsonObject) => string[];

  beforeAll(async () => {
    makeProvider = await startModule();
    const schemas = [
      { value: configSchema as JsonObject, path: 'config.schema.json', packageName: 'ours' },
    ];
    schema = await loadConfigSchema({
      serialized: { backstageConfigSchemaVersion: 1, schemas },
    });
  });

  it.each(environments)('is a config that the module loads: $at', ({ config }) => {
    const said = makeProvider(config).find(line => line.startsWith('info: Bitbucket Server'));
    expect(said).toContain('signIn' in config ? ', resolvers: ' : 'gives access tokens only');
  });

  it.each(environments)('is a config that config:check accepts: $at', ({ at, name, config }) => {
    const data = asAppConfig(name, config);
    expect(() => schema.process([{ context: at, data }])).not.toThrow();
  });

  it.each(entities)('is an entity that the catalog accepts: $at', async ({ entity }) => {
    expect(() => entityEnvelopeSchemaValidator()(entity)).not.toThrow();
    expect(await userEntityV1alpha1Validator.check(entity)).toBe(true);
  });

  it('shows no resolver and no transform that was not loaded', () => {
    const loaded = environments.map(({ at }) => at.split(' ')[0]);
    const withNames = blocks.filter(({ text }) => /^\s*- (resolver|transform):/m.test(text));
    expect(withNames.map(({ at }) => at).filter(at => !loaded.includes(at))).toEqual([]);
  });
});
