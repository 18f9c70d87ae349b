import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '@backstage/config';
import { AuditError } from '../audit';
import type { CliIo } from './CliIo';

/**
 * Loads the config as Backstage does: `app-config.yaml` and `app-config.local.yaml`, or the given
 * files in their order; `${NAME}` and `APP_CONFIG_…` from the environment.
 *
 * @throws {@link AuditError} when a file is missing or is no YAML
 * @internal
 */
export async function loadConfig(files: readonly string[], io: CliIo): Promise<Config> {
  const paths = files.map(file => resolve(io.cwd, file));
  for (const path of paths.length > 0 ? paths : [resolve(io.cwd, 'app-config.yaml')]) {
    if (!existsSync(path)) {
      throw new AuditError(`There is no config file ${path}; name yours with --config`);
    }
  }
  // Loaded only now: --help should not wait for it.
  const { ConfigSources } = await import('@backstage/config-loader');
  const { ConfigReader } = await import('@backstage/config');
  try {
    const source = ConfigSources.default({
      watch: false,
      rootDir: io.cwd,
      argv: paths.flatMap(path => ['--config', path]),
      env: { ...io.env },
      substitutionFunc: async name => io.env[name]?.trim(),
    });
    const config = await ConfigSources.toConfig(source);
    const data = config.get();
    config.close();
    return new ConfigReader(data as never);
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new AuditError(`The config cannot be read: ${line}`);
  }
}
