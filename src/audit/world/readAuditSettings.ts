import type { Config } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readBitbucketServerAddress } from '../../authenticator';
import { createConfigError } from '../../config';
import { readSignInChain } from '../../resolvers';
import {
  composeProfileTransforms,
  readProfileTransforms,
  requireActiveUser,
} from '../../transforms';
import type { AuditSettings } from './AuditSettings';

const providerPath = 'auth.providers.bitbucketServer';

/**
 * Reads what decides who may sign in, with the readers of the sign-in. Secrets are not asked for, so
 * that an audit runs where they are not, such as in CI.
 *
 * @param env - name of the environment; default: `auth.environment`, else the only one there is
 * @throws {@link SignInError} `CONFIG_INVALID` with the path of the key
 * @internal
 */
export function readAuditSettings(root: Config, env?: string): AuditSettings {
  const { config, name } = chooseEnvironment(root, env);
  const path = `${providerPath}.${name}`;
  const { baseUrl, host } = readBitbucketServerAddress(config);
  const chain = readSignInChain(config, path, { host });
  if (!chain) {
    throw createConfigError(
      `${path}.signIn.resolvers`,
      'is missing: without resolvers nobody can sign in, and there is nothing to audit',
    );
  }
  return {
    env: name,
    path,
    baseUrl,
    host,
    chain,
    resolvers: config.get<JsonObject[]>('signIn.resolvers'),
    profileTransform: composeProfileTransforms(
      requireActiveUser(),
      ...readProfileTransforms(config, path),
    ),
    needsDirectory: chain.steps.some(({ matcher }) => matcher.needs?.includes('directory')),
    trustedDirectories: config.getOptionalStringArray('directory.trustedDirectories') ?? [],
  };
}

function chooseEnvironment(root: Config, wanted: string | undefined) {
  const provider = root.getOptionalConfig(providerPath);
  const names = provider?.keys() ?? [];
  if (!provider || names.length === 0) {
    throw createConfigError(providerPath, 'is missing: this provider is not configured');
  }
  const configured = root.getOptionalString('auth.environment');
  const name = wanted ?? (configured && names.includes(configured) ? configured : undefined);
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined || !names.includes(chosen)) {
    throw createConfigError(
      providerPath,
      `has the environments ${names.join(', ')}; choose one of them with --env`,
    );
  }
  return { name: chosen, config: provider.getConfig(chosen) };
}
