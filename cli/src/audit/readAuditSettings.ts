import type { Config } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readSignInSetup } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  ChainStep,
  Matcher,
  SignInSetup,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { AuditError } from '../AuditError';

/**
 * What an audit needs to know about a sign-in. {@link readAuditSettings} reads it from a configuration.
 * If the chain is composed in code, replace `match`.
 *
 * @public
 */
export interface AuditSettings extends Pick<
  SignInSetup,
  'baseUrl' | 'host' | 'profileTransform' | 'needsDirectory'
> {
  /** The chain, as for `createSignInResolver`. */
  readonly match: readonly (Matcher | ChainStep)[];
  /** Name of the environment. */
  readonly env: string;
  /** Path of the environment in the configuration. */
  readonly path: string;
  /** `signIn.resolvers` as it is written in the configuration, for suggestions. */
  readonly configured: readonly JsonObject[];
  /** `directory.trustedDirectories`. */
  readonly trustedDirectories: readonly string[];
}

const providerPath = 'auth.providers.bitbucketServer';

/**
 * Reads what decides who may sign in, as the sign-in does. It needs no secrets, so an audit can run
 * where there are none, such as in CI.
 *
 * @param root - the whole configuration
 * @param env - name of the environment; default: `auth.environment`, else the only one there is
 * @throws {@link AuditError} when there is no such environment, or no resolver in it; `SignInError`
 * `CONFIG_INVALID` with the path of the key
 * @public
 */
export function readAuditSettings(root: Config, env?: string): AuditSettings {
  const { config, name, path } = chooseEnvironment(root, env);
  const setup = readSignInSetup(config, path);
  if (setup.match.length === 0) {
    throw new AuditError(
      `CONFIG_INVALID: "${path}.signIn.resolvers" is missing: without resolvers nobody can sign in, and there is nothing to audit`,
    );
  }
  return {
    ...setup,
    env: name,
    path,
    configured: config.get<JsonObject[]>('signIn.resolvers'),
    trustedDirectories: config.getOptionalStringArray('directory.trustedDirectories') ?? [],
  };
}

/**
 * Chooses the environment of the provider.
 *
 * @throws {@link AuditError}
 * @internal
 */
export function chooseEnvironment(root: Config, wanted?: string) {
  const provider = root.getOptionalConfig(providerPath);
  const names = provider?.keys() ?? [];
  if (!provider || names.length === 0) {
    throw new AuditError(
      `CONFIG_INVALID: "${providerPath}" is missing: this provider is not configured`,
    );
  }
  const configured = root.getOptionalString('auth.environment');
  const name = wanted ?? (configured && names.includes(configured) ? configured : undefined);
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined || !names.includes(chosen)) {
    throw new AuditError(
      `CONFIG_INVALID: "${providerPath}" has the environments ${names.join(', ')}; choose one of them with --env`,
    );
  }
  const path = `${providerPath}.${chosen}`;
  return { name: chosen, path, config: provider.getConfig(chosen) };
}
