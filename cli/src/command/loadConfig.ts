import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '@backstage/config';
import { AuditError } from '../AuditError';
import type { FindingSource } from '../findings';
import type { CliIo } from './CliIo';

/**
 * Loads the config as Backstage does: `app-config.yaml` and `app-config.local.yaml`, or the given
 * files in their order; `${NAME}` and `APP_CONFIG_…` from the environment.
 *
 * @throws {@link AuditError} when a file is missing or is not YAML
 * @public
 */
export async function loadConfig(
  files: readonly string[],
  io: Pick<CliIo, 'cwd' | 'env'>,
): Promise<Config> {
  const paths = files.map(file => resolve(io.cwd, file));
  for (const path of pathsOf(files, io)) {
    if (!existsSync(path)) {
      const hint = files.length > 0 ? '' : '; use --config to name yours';
      throw new AuditError(`Config file ${path} does not exist${hint}`);
    }
  }
  // Imported here, so that --help does not wait for it.
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
    // The name in errors. By default it is "mock-config".
    return new ConfigReader(data as never, 'app-config');
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new AuditError(`The config cannot be read: ${line}`);
  }
}

function pathsOf(files: readonly string[], { cwd }: Pick<CliIo, 'cwd'>): string[] {
  return (files.length > 0 ? files : ['app-config.yaml']).map(file => resolve(cwd, file));
}

/** Where the provider is configured: in the last config file that names it. @internal */
export function findProvider(files: readonly string[], io: Pick<CliIo, 'cwd'>): FindingSource {
  const places = pathsOf(files, io).map(file => {
    const lines = readFileSync(file, 'utf8').split('\n');
    return { file, line: lines.findIndex(line => /^\s*["']?bitbucketServer\b/.test(line)) + 1 };
  });
  return places.findLast(({ line }) => line > 0) ?? { file: places[0]!.file };
}
