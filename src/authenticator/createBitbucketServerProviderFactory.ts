import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { OAuthEnvironmentHandler } from '@backstage/plugin-auth-node';
import type { AuthProviderFactory } from '@backstage/plugin-auth-node';
import { createEnvironmentHandlers } from './createEnvironmentHandlers';
import type { ProviderEnvironmentOptions } from './ProviderEnvironmentOptions';
import { refuseInvalidCallback } from './refuseInvalidCallback';

/** @public */
export interface BitbucketServerProviderFactoryOptions {
  /** Called at start for each environment in the config. Throws to refuse the config. */
  readonly createOptions: (envConfig: Config, env: string) => ProviderEnvironmentOptions;
  /** Gets every refusal, once, with its reference. Default: that of the auth backend. */
  readonly logger?: LoggerService;
}

/**
 * Like `createOAuthProviderFactory` of Backstage, and with its route handlers, but
 * - a failed refresh answers with the status of its error, so that "try again later" is no 401;
 * - new tokens reach the browser also when the rest of the refresh fails;
 * - a callback with a wrong, old or foreign state is refused with a text that says so.
 *
 * @public
 */
export function createBitbucketServerProviderFactory(
  options: BitbucketServerProviderFactoryOptions,
): AuthProviderFactory {
  return context => {
    const { config, appUrl, isOriginAllowed, providerId } = context;
    const logger = options.logger ?? context.logger;
    const handlers = new OAuthEnvironmentHandler(
      new Map(
        config.keys().map(env => {
          const envConfig = config.getConfig(env);
          const parts = options.createOptions(envConfig, env);
          return [env, createEnvironmentHandlers({ context, envConfig, logger, ...parts })];
        }),
      ),
    );
    return {
      start: (req, res) => handlers.start(req, res),
      refresh: (req, res) => handlers.refresh(req, res),
      logout: (req, res) => handlers.logout(req, res),
      async frameHandler(req, res) {
        const guard = { providerId, appUrl, isOriginAllowed, logger };
        if (!refuseInvalidCallback(req, res, guard)) await handlers.frameHandler(req, res);
      },
    };
  };
}
