import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigSources, FileConfigSource, StaticConfigSource } from '@backstage/config-loader';
import type { ClosableConfig } from '@backstage/config-loader';
import type { JsonObject } from '@backstage/types';
import { DemoError } from './DemoError';
import { readYaml } from './readYaml';

/** What the files in `demo/world` refer to as `${…}`. */
export interface DemoVariables {
  BACKSTAGE_URL: string;
  BACKSTAGE_PORT: string;
  BITBUCKET_URL: string;
  BITBUCKET_ORIGIN: string;
  BITBUCKET_CLIENT_ID: string;
  BITBUCKET_CLIENT_SECRET: string;
  /** HTTP access token of a service account. */
  BITBUCKET_SERVICE_TOKEN: string;
  CATALOG_FILE: string;
}

/**
 * Puts the config together: the demo's own file, then `files` in their order, then `overlay`; the later
 * one wins. `${NAME}` in a file is one of the variables, else one of the environment.
 *
 * @throws DemoError of one line when a file does not exist or is not readable.
 */
export async function readDemoConfig(options: {
  variables: DemoVariables;
  files: readonly string[];
  overlay: JsonObject;
}): Promise<ClosableConfig> {
  const { variables, files, overlay } = options;
  const substitutionFunc = async (name: string) =>
    new Map(Object.entries(variables)).get(name) ?? process.env[name];
  const sources = [join(__dirname, 'world', 'app-config.yaml'), ...files].map(file => {
    const path = resolve(file);
    if (!existsSync(path)) {
      throw new DemoError(`There is no config file ${path}`);
    }
    // Backstage's own error says neither the file nor, in its first line, all of it.
    const [document] = readYaml(path);
    if (document && (typeof document.content !== 'object' || Array.isArray(document.content))) {
      throw new DemoError(`${document.place}: the config must be an object`);
    }
    return FileConfigSource.create({ path, watch: false, substitutionFunc });
  });
  sources.push(StaticConfigSource.create({ data: overlay, context: 'demo options' }));
  try {
    return await ConfigSources.toConfig(ConfigSources.merge(sources));
  } catch (error) {
    const [problem] = (error as Error).message.split(/:?\n/);
    throw new DemoError(`The config cannot be read: ${problem}`);
  }
}
