import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfigSchema } from '@backstage/config-loader';
import type { ConfigSchema } from '@backstage/config-loader';
import type { JsonObject } from '@backstage/types';
import { startModule } from '../support/startModule';
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

describe('one configuration, two judges', () => {
  let schema: ConfigSchema;
  let strict: ConfigSchema;
  let makeProvider: (environment: JsonObject) => string[];

  /** What the backend says at start. */
  function start(environment: JsonObject): { error?: Error; warnings: string[] } {
    try {
      const warnings = makeProvider(environment).filter(line => line.startsWith('warn'));
      return { warnings: warnings.filter(line => !line.includes('emailTrust "always"')) };
    } catch (error) {
      return { error: error as Error, warnings: [] };
    }
  }

  beforeAll(async () => {
    makeProvider = await startModule();
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
