import type {
  AuditorService,
  AuthService,
  CacheService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  authenticatorSchema,
  createBitbucketServerAuthenticator,
  readAuthenticatorConfig,
} from './authenticator';
import type { AuthenticatorConfig, ProviderEnvironmentOptions } from './authenticator';
import { checkKeys, createConfigError } from './config';
import { createDirectoryLookup, readDirectoryOptions } from './directory';
import { createBitbucketHttp } from './http';
import { createCatalogUserLookup, readUserLookupOptions } from './lookup';
import { createDecisionObserver } from './observability';
import { observeProfileTransform } from './observeProfileTransform';
import { createTransitiveGroups, readOwnershipOptions } from './ownership';
import { createNearMissFinder, createSignInResolver, readSignInChain } from './resolvers';
import type { FindDirectory, SignInChain } from './resolvers';
import { composeProfileTransforms, readProfileTransforms, requireActiveUser } from './transforms';

/** What the module gets from the backend. */
export interface EnvironmentServices {
  readonly catalog: CatalogService;
  readonly auth: AuthService;
  /** Where replicas share sessions; `undefined` when the backend has no shared cache. */
  readonly cache?: CacheService;
  readonly auditor: AuditorService;
  readonly logger: LoggerService;
}

const sections = ['signIn', 'profileTransforms', 'userLookup', 'directory', 'ownership'];

/**
 * Makes the provider of one environment of its config: authenticator, profile transform, resolver.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` with the path of the key
 * @internal
 */
export function readEnvironment(
  config: Config,
  env: string,
  services: EnvironmentServices,
): ProviderEnvironmentOptions {
  const { catalog, auth, cache, auditor, logger } = services;
  const path = `auth.providers.bitbucketServer.${env}`;
  checkKeys(config, path, [...Object.keys(authenticatorSchema.shape), ...sections]);
  const authenticatorConfig = readAuthenticatorConfig(config);
  const transforms = readProfileTransforms(config, path);
  const chain = readSignInChain(config, path, authenticatorConfig);
  const lookupOptions = readUserLookupOptions(config, path);
  const { transitiveGroups, ...groupLimits } = readOwnershipOptions(config, path);
  const findDirectory = readFindDirectory(config, path, authenticatorConfig, chain, logger);

  const onDecision = createDecisionObserver({ auditor, logger, environment: env });

  for (const warning of authenticatorConfig.warnings) logger.warn(warning);
  for (const warning of chain?.warnings ?? []) logger.warn(`${path}: ${warning}`);
  logger.info(describe(env, authenticatorConfig, chain));
  return {
    authenticator: createBitbucketServerAuthenticator({ logger, cache }),
    profileTransform: observeProfileTransform(
      composeProfileTransforms(requireActiveUser(), ...transforms),
      onDecision,
    ),
    signInResolver:
      chain &&
      createSignInResolver({
        match: chain.steps,
        lookup: createCatalogUserLookup({ catalog, auth, logger, ...lookupOptions }),
        accountIdAnnotation: `${authenticatorConfig.host}/user-id`,
        logger,
        findDirectory,
        onDecision,
        findNearMisses: createNearMissFinder({ catalog, auth }),
        extendOwnership: transitiveGroups
          ? createTransitiveGroups({
              catalog,
              auth,
              logger,
              ttl: lookupOptions.ttl,
              notFoundTtl: lookupOptions.notFoundTtl,
              staleIfError: lookupOptions.staleIfError,
              timeout: lookupOptions.timeout,
              maxEntries: lookupOptions.maxEntries,
              ...groupLimits,
            })
          : undefined,
      }),
  };
}

function readFindDirectory(
  config: Config,
  path: string,
  { baseUrl, timeoutMs }: AuthenticatorConfig,
  chain: SignInChain | undefined,
  logger: LoggerService,
): FindDirectory | undefined {
  const options = readDirectoryOptions(config, path);
  const needed = chain?.steps.some(({ matcher }) => matcher.needs?.includes('directory'));
  if (needed && !options) {
    throw createConfigError(
      `${path}.directory`,
      'is missing: a resolver has emailTrust "readOnlyDirectory", which asks Bitbucket for the directory of an account with this credential',
    );
  }
  if (options && !needed) {
    logger.warn(`${path}.directory is not used: no resolver has emailTrust "readOnlyDirectory"`);
  }
  for (const warning of options?.warnings ?? []) logger.warn(warning);
  const http = createBitbucketHttp({ timeoutMs });
  return options && createDirectoryLookup({ baseUrl, http, logger, ...options });
}

function describe(
  env: string,
  { baseUrl }: AuthenticatorConfig,
  chain: SignInChain | undefined,
): string {
  return chain
    ? `Bitbucket Server sign-in (${env}) with ${baseUrl}, resolvers: ${chain.names.join(', ')}`
    : `Bitbucket Server (${env}) with ${baseUrl} gives access tokens only: no signIn.resolvers are configured, so nobody can sign in with it`;
}
