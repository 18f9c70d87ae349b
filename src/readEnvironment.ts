import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import {
  authenticatorConfigKeys,
  createBitbucketServerAuthenticator,
  readBitbucketServerAddress,
} from './authenticator';
import type { ProviderEnvironmentOptions } from './authenticator';
import { createConfigError } from './config';
import { createSignInResolver, readSignInChain } from './resolvers';
import { composeProfileTransforms, readProfileTransforms, requireActiveUser } from './transforms';

interface Services {
  readonly cache: CacheService;
  readonly logger: LoggerService;
}

const ownKeys = ['signIn', 'profileTransforms'];

/**
 * Makes the provider of one environment of its config: authenticator, profile transform, resolver.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` with the path of the key
 * @internal
 */
export function readEnvironment(
  config: Config,
  env: string,
  { cache, logger }: Services,
): ProviderEnvironmentOptions {
  const path = `auth.providers.bitbucketServer.${env}`;
  checkKeys(config, path);
  const { baseUrl, host } = readBitbucketServerAddress(config);
  const transforms = readProfileTransforms(config, path);
  const chain = readSignInChain(config, path, { host });

  for (const warning of chain?.warnings ?? []) logger.warn(`${path}: ${warning}`);
  logger.info(
    chain
      ? `Bitbucket Server sign-in (${env}) with ${baseUrl}, resolvers: ${chain.names.join(', ')}`
      : `Bitbucket Server (${env}) with ${baseUrl} gives access tokens only: no signIn.resolvers are configured, so nobody can sign in with it`,
  );
  return {
    authenticator: createBitbucketServerAuthenticator({ logger, cache }),
    profileTransform: composeProfileTransforms(requireActiveUser(), ...transforms),
    signInResolver: chain && createSignInResolver({ match: chain.steps }),
  };
}

function checkKeys(config: Config, path: string): void {
  const valid = [...authenticatorConfigKeys, ...ownKeys];
  for (const key of config.keys()) {
    if (!valid.includes(key)) {
      throw createConfigError(
        `${path}.${key}`,
        `is no option; valid options are: ${valid.join(', ')}`,
      );
    }
  }
}
