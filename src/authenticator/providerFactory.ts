import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import type { AuthProviderFactory, AuthProviderRouteHandlers } from '@backstage/plugin-auth-node';
import { createConfigError } from '../config';
import { createRefusalLog, isSignInError } from '../errors';
import type { SignInError } from '../errors';
import { describeCause, quote } from '../shared';
import { stateInvalid } from './attempt';
import { allowedUrl, createRefusingHandlers, readState, sendRefusal } from './refusals';
import type { ProviderContext, Request } from './refusals';
import { createRouteHandlers } from './routeHandlers';
import type { ProviderEnvironmentOptions, SignInOutcomeEvent } from './routeHandlers';

/**
 * Options of {@link createBitbucketServerProviderFactory}.
 *
 * @public
 */
export interface BitbucketServerProviderFactoryOptions {
  /**
   * Called at start for each environment that is served. It throws when the config is not valid.
   */
  readonly createOptions: (envConfig: Config, env: string) => ProviderEnvironmentOptions;
  /**
   * The environments that are served, usually the one in `auth.environment`. People can choose
   * among the served environments, and with it the rules by which they sign in. Default: the one
   * that is configured. Required when several are configured.
   */
  readonly environments?: readonly string[];
  /** Gets every refusal, once, with its reference. Default: the logger of the auth backend. */
  readonly logger?: LoggerService;
  /**
   * Called when a sign-in or refresh has been answered, with its outcome. See
   * {@link createSignInObserver}. Default: not called.
   */
  readonly onOutcome?: (event: SignInOutcomeEvent) => void;
}

/**
 * Like `createOAuthProviderFactory` of Backstage, and with its route handlers, but
 * - a failed refresh answers with the status of its error, so an outage is not a 401;
 * - new tokens reach the browser even when the rest of the refresh fails;
 * - a callback with a wrong or expired state is refused with an explanation;
 * - only the given environments are served, and requests for others get an explanation;
 * - in development, a wrong configuration does not remove the provider: every route answers with
 *   what is wrong. In production it stops the start.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` (from the factory)
 * @public
 */
export function createBitbucketServerProviderFactory(
  options: BitbucketServerProviderFactoryOptions,
): AuthProviderFactory {
  return context => {
    const logger = options.logger ?? context.logger;
    try {
      return createProvider(context, logger, options);
    } catch (error) {
      // In development, Backstage would skip a provider that throws: one line in the log, and a
      // 404.
      if (process.env.NODE_ENV !== 'development' || !isSignInError(error)) throw error;
      logger.error(error.detail, { code: error.code, reference: error.reference });
      return createRefusingHandlers(context, () => error);
    }
  };
}

function createProvider(
  context: ProviderContext,
  logger: LoggerService,
  options: BitbucketServerProviderFactoryOptions,
): AuthProviderRouteHandlers {
  const { config, providerId } = context;
  const path = `auth.providers.${providerId}`;
  const log = createRefusalLog(logger);

  /** A failing listener must not prevent sign-ins. */
  function onOutcome(event: SignInOutcomeEvent): void {
    try {
      options.onOutcome?.(event);
    } catch (error) {
      logger.error(
        `onOutcome of the Bitbucket Server provider threw an error: ${describeCause(error)}`,
      );
    }
  }

  const configured = config.keys();
  const served = options.environments ?? configured;
  if (options.environments === undefined && configured.length > 1) {
    throw createConfigError(
      path,
      `has several environments (${configured.join(', ')}); choose those that are served with the option "environments"`,
    );
  }
  const handlers = new Map<string, AuthProviderRouteHandlers>();
  for (const env of served) {
    if (configured.includes(env)) {
      const envConfig = config.getConfig(env);
      const parts = options.createOptions(envConfig, env);
      handlers.set(env, createRouteHandlers(env, envConfig, parts, { context, log, onOutcome }));
    } else {
      logger.warn(
        `"${path}.${env}" is missing, so nobody can sign in with Bitbucket Server in the environment "${env}"; configured: ${configured.join(', ') || 'none'}. Set "auth.environment" to a configured environment, or add this one`,
      );
    }
  }
  const servedEnvs = [...handlers.keys()].join(', ') || 'none';
  const idle = configured.filter(env => !handlers.has(env));
  if (idle.length > 0) {
    logger.info(
      `Not served: ${idle.map(env => `"${path}.${env}"`).join(', ')}; served: ${servedEnvs}`,
    );
  }

  const notServed = createRefusingHandlers(context, (req, operation) => {
    const env = req.query.env?.toString() ?? readState(req)?.env;
    const error = createConfigError(
      path,
      `does not serve the environment ${env ? quote(env) : '(none was given)'}; served: ${servedEnvs}. Set "auth.environment" to the same value for the backend and the frontend.`,
    );
    log.write(error);
    if (operation) onOutcome({ operation, request: req, error, durationMs: 0 });
    return error;
  });
  const handlersOf = (env: string | undefined) => handlers.get(env ?? '') ?? notServed;
  const envOf = (req: Request) => req.query.env?.toString();

  return {
    start: (req, res) => handlersOf(envOf(req)).start(req, res),
    refresh: async (req, res) => handlersOf(envOf(req)).refresh?.(req, res),
    logout: async (req, res) => handlersOf(envOf(req)).logout?.(req, res),
    async frameHandler(req, res) {
      const state = readState(req);
      const error = findProblem(req, state, context);
      if (!error) {
        await handlersOf(state?.env).frameHandler(req, res);
        return;
      }
      log.write(error);
      sendRefusal(res, state ?? {}, error, context);
      const environment = handlers.has(state?.env ?? '') ? state?.env : undefined;
      onOutcome({ operation: 'sign_in', environment, request: req, error, durationMs: 0 });
    },
  };
}

/** Why a callback does not belong to an attempt of this browser. */
function findProblem(
  req: Request,
  state: ReturnType<typeof readState>,
  context: ProviderContext,
): SignInError | undefined {
  if (!state) {
    return stateInvalid(
      'the state is missing or not readable',
      'The address of the callback is incomplete.',
    );
  }
  const cookies = req.cookies as Readonly<Record<string, string | undefined>> | undefined;
  const nonce = cookies?.[`${context.providerId}-nonce`];
  if (!nonce) {
    return stateInvalid(
      'the nonce cookie is missing: the attempt was already completed, is older than ten minutes or from another browser, or cookies are blocked',
      'It was already completed, was started more than ten minutes ago or in another browser, or your browser blocks cookies.',
    );
  }
  if (nonce !== state.nonce) {
    return stateInvalid(
      'the nonce in the state differs from the nonce cookie',
      'Another sign-in attempt was started after it.',
    );
  }
  // Backstage would use the query first, and send the code of one server to another.
  const { env } = req.query;
  if (env !== undefined && env !== state.env) {
    return stateInvalid(
      'the environment in the query differs from the one in the state',
      'The address of the callback was changed.',
    );
  }
  if (state.redirectUrl !== undefined && !allowedUrl(state.redirectUrl, context)) {
    return stateInvalid(
      'the redirect URL of the state is not on an allowed origin',
      'It would have sent you to an address outside this Backstage.',
    );
  }
  return undefined;
}
