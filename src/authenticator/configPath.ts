import type { Config } from '@backstage/config';

/**
 * The full path of a key, such as `auth.providers.bitbucketServer.production.host`.
 *
 * Config objects do not tell where they are, but their errors do: asking for a key that cannot be
 * there makes one.
 *
 * @internal
 */
export function configPath(config: Config, key: string): string {
  // No key of a config file has this name.
  const probe = 'this-key-is-never-set';
  try {
    config.getString(probe);
  } catch (error) {
    const path = /'([^']*)'/.exec(String(error))?.[1];
    if (path?.endsWith(probe)) return `${path.slice(0, -probe.length)}${key}`;
  }
  return key;
}
