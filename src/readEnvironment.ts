import type { AuthService, CacheService, LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createBitbucketServerAuthenticator, readAuthenticatorConfig } from './authenticator';
import type { ProviderEnvironmentOptions } from './authenticator';
import { createConfigError } from './config';
import { createDirectoryLookup, readDirectoryOptions } from './directory';
import { createBitbucketHttp } from './http';
import { createCatalogUserLookup } from './lookup';
import type { SignInObserver } from './observability';
import { createTransitiveGroups } from './ownership';
import { readSignInSetup } from './readSignInSetup';
import type { SignInSetup } from './readSignInSetup';
import { createNearMissFinder, createSignInResolver } from './resolvers';
import type { FindDirectory } from './resolvers';

/** What the module gets from the backend. */
export interface EnvironmentServices {
  readonly catalog: CatalogService;
  readonly auth: AuthService;
  /** Where replicas share sessions; `undefined` when the backend has no shared cache. */
  readonly cache?: CacheService;
  readonly observer: SignInObserver;
  readonly logger: LoggerService;
}

/**
 * Makes the provider of one environment of its config: authenticator, profile transform, resolver.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` with the path of the key
 */
export function readEnvironment(
  config: Config,
  env: string,
  services: EnvironmentServices,
): ProviderEnvironmentOptions {
  const { catalog, auth, cache, observer, logger } = services;
  const path = `auth.providers.bitbucketServer.${env}`;
  const setup = readSignInSetup(config, path);
  const { timeoutMs, warnings } = readAuthenticatorConfig(config);
  const { match, profileTransform, ownership } = setup;
  const { transitiveGroups, ...groupLimits } = ownership;
  const { ttl, notFoundTtl, staleIfError, timeout, maxEntries } = setup.userLookup;
  const findDirectory = readFindDirectory(config, path, setup, timeoutMs, logger);

  for (const warning of [...warnings, ...setup.warnings]) logger.warn(warning);
  logger.info(describe(env, setup));
  return {
    authenticator: createBitbucketServerAuthenticator({
      logger,
      cache,
      onSessionEvent: event => observer.onSessionEvent(event, env),
    }),
    profileTransform,
    signInResolver:
      match.length > 0
        ? createSignInResolver({
            match,
            lookup: createCatalogUserLookup({ catalog, auth, logger, ...setup.userLookup }),
            accountIdAnnotation: `${setup.host}/user-id`,
            logger,
            findDirectory,
            onDecision: observer.onDecision,
            findNearMisses: createNearMissFinder({ catalog, auth }),
            extendOwnership: transitiveGroups
              ? createTransitiveGroups({
                  catalog,
                  auth,
                  logger,
                  ...{ ttl, notFoundTtl, staleIfError, timeout, maxEntries },
                  ...groupLimits,
                })
              : undefined,
          })
        : undefined,
  };
}

function readFindDirectory(
  config: Config,
  path: string,
  { baseUrl, needsDirectory }: SignInSetup,
  timeoutMs: number,
  logger: LoggerService,
): FindDirectory | undefined {
  const options = readDirectoryOptions(config, path);
  if (needsDirectory && !options) {
    throw createConfigError(
      `${path}.directory`,
      'is missing: a resolver has emailTrust "readOnlyDirectory", which needs this credential to read the directory of an account from Bitbucket',
    );
  }
  if (!options) return undefined;
  const { warnings, ...asked } = options;
  for (const warning of warnings) logger.warn(warning);
  const http = createBitbucketHttp({ timeout: { milliseconds: timeoutMs } });
  return createDirectoryLookup({ baseUrl, http, logger, ...asked });
}

function describe(
  env: string,
  { baseUrl, match, weakestLink = 'none, nobody can sign in' }: SignInSetup,
): string {
  const names = match.map(({ matcher }) => matcher.name);
  return names.length > 0
    ? `Bitbucket Server sign-in (${env}) with ${baseUrl}, resolvers: ${names.join(', ')}; weakest link: ${weakestLink}`
    : `Bitbucket Server (${env}) with ${baseUrl} gives access tokens only: no signIn.resolvers are configured, so nobody can sign in with it`;
}
