import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { loadConfigSchema } from '@backstage/config-loader';
import type { ConfigSchema } from '@backstage/config-loader';
import type { JsonObject } from '@backstage/types';
import { createSignInObserver } from '../../src/observability';
import { readEnvironment } from '../../src/readEnvironment';
import type { EnvironmentServices } from '../../src/readEnvironment';
import { configurations, path } from './configurations';

const value = JSON.parse(
  readFileSync(join(__dirname, '../../config.schema.json'), 'utf8'),
) as JsonObject;

function appConfigs(environment: JsonObject) {
  const data = { auth: { providers: { bitbucketServer: { production: environment } } } };
  return [{ context: 'app-config.yaml', data }];
}

/** As "backstage-cli config:check" loads it, with and without --strict. */
function loadSchema(strict: boolean): Promise<ConfigSchema> {
  return loadConfigSchema({
    serialized: {
      backstageConfigSchemaVersion: 1,
      schemas: [{ value, path: 'config.schema.json', packageName: 'ours' }],
    },
    noUndeclaredProperties: strict,
  });
}

/** What config:check prints, line by line. */
function check(schema: ConfigSchema, environment: JsonObject): string[] {
  try {
    schema.process(appConfigs(environment));
    return [];
  } catch (error) {
    return (error as { messages: string[] }).messages;
  }
}

/** What the backend says at start. */
function start(environment: JsonObject) {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const services = {
    logger: mockServices.logger.mock({ warn }),
    auth: mockServices.auth.mock(),
    cache: mockServices.cache.mock(),
    observer: createSignInObserver(),
    // Nothing of the catalog is asked at start.
    catalog: {} as EnvironmentServices['catalog'],
  };
  const config = ConfigReader.fromConfigs(appConfigs(environment)).getConfig(path);
  let error: Error | undefined;
  try {
    readEnvironment(config, 'production', services);
  } catch (caught) {
    error = caught as Error;
  }
  return { error, warnings: warnings.filter(text => !text.includes('emailTrust "always"')) };
}

describe('one configuration, two judges', () => {
  let schema: ConfigSchema;
  let strict: ConfigSchema;

  beforeAll(async () => {
    // Where the validator tells of what it finds odd in a schema, on every run of config:check.
    const warn = jest.spyOn(console, 'warn');
    schema = await loadSchema(false);
    strict = await loadSchema(true);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('has names that tell the rows apart', () => {
    expect(new Set(configurations.map(({ name }) => name)).size).toBe(configurations.length);
  });

  it.each(configurations.filter(row => !row.start))('is right for both: $name', row => {
    const { error, warnings } = start(row.environment);
    expect(error).toBeUndefined();
    expect(check(schema, row.environment)).toEqual([]);
    expect(check(strict, row.environment)).toEqual([]);
    expect(warnings).toHaveLength(row.warnings?.length ?? 0);
    row.warnings?.forEach((part, index) => expect(warnings[index]).toContain(part));
    expect(warnings.join()).not.toContain('planted');
  });

  it.each(configurations.filter(row => row.start !== undefined))('is wrong: $name', row => {
    const { error } = start(row.environment);
    expect(error).toMatchObject({ name: 'InputError', code: 'CONFIG_INVALID', phase: 'config' });
    expect(error!.message).toContain(row.start);
    expect(error!.message.split(path)).toHaveLength(2);
    expect(`${error!.message}${error!.stack}`).not.toContain('planted');

    const lines = check(schema, row.environment);
    expect(check(strict, row.environment)).toEqual(lines);
    expect(lines.join()).not.toContain('planted');
    if (row.startOnly) expect(lines).toEqual([]);
    else expect(lines).not.toEqual([]);
    if (!row.check) return;
    expect(lines).toHaveLength(row.check.length);
    row.check.forEach((pattern, index) => expect(lines[index]).toMatch(pattern));
  });

  it('says of each exception why JSON Schema cannot', () => {
    const exceptions = configurations.filter(({ startOnly }) => startOnly);
    expect(exceptions.length).toBeLessThan(configurations.length / 5);
  });
});
