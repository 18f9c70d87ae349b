import { AsyncLocalStorage } from 'node:async_hooks';
import type { Config } from '@backstage/config';
import { createOAuthAuthenticator, createOAuthRouteHandlers } from '@backstage/plugin-auth-node';
import type {
  AuthProviderRouteHandlers,
  OAuthAuthenticator,
  OAuthAuthenticatorResult,
  OAuthStateTransform,
  ProfileTransform,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import { isSignInError } from '../errors';
import type { RefusalLog } from '../errors';
import type { BitbucketServerPassportProfile } from '../profile';
import { markFailed, withSpan } from '../shared';
import { undeliveredSessions } from './session';
import { sendOutage } from './refusals';
import type { ProviderContext, Request } from './refusals';

/**
 * The parts of one environment of the provider.
 *
 * @public
 */
export interface ProviderEnvironmentOptions {
  readonly authenticator: OAuthAuthenticator<unknown, BitbucketServerPassportProfile>;
  /** Default: that of the authenticator. */
  readonly profileTransform?: ProfileTransform<
    OAuthAuthenticatorResult<BitbucketServerPassportProfile>
  >;
  /** Without one, the provider gives access tokens and signs nobody in. */
  readonly signInResolver?: SignInResolver<
    OAuthAuthenticatorResult<BitbucketServerPassportProfile>
  >;
  /**
   * Changes the OAuth state before it is sent to Bitbucket, as in Backstage's own factory. It must keep
   * `nonce`, which ties the answer to the browser. Default: not changed.
   */
  readonly stateTransform?: OAuthStateTransform;
}

/**
 * How a sign-in or the refresh of a session ended.
 *
 * @public
 */
export interface SignInOutcomeEvent {
  readonly operation: 'sign_in' | 'refresh';
  /** The environment of the provider; `undefined` when the request names none that is served. */
  readonly environment?: string;
  readonly request: Parameters<AuthProviderRouteHandlers['start']>[0];
  /** What the profile transform and the resolver were given; `undefined` when it failed before them. */
  readonly result?: OAuthAuthenticatorResult<BitbucketServerPassportProfile>;
  /**
   * The error of a refusal. A {@link SignInError}, unless a resolver or transform of another
   * package threw it.
   */
  readonly error?: unknown;
  /** Time from the request to the answer, in milliseconds. */
  readonly durationMs: number;
}

/** What all environments share. */
interface Provider {
  readonly context: ProviderContext;
  readonly log: RefusalLog;
  /** Must not throw. */
  readonly onOutcome: (event: SignInOutcomeEvent) => void;
}

/** How far the sign-in or refresh of a request has got. */
interface Progress {
  /** Whether the authenticator was called. A refresh without a cookie ends before. */
  started?: boolean;
  result?: SignInOutcomeEvent['result'];
  /** Why it is refused. */
  error?: unknown;
}

/**
 * Backstage's own OAuth routes for one environment. In addition, a failed refresh reports its real
 * error, and `onOutcome` is told how each request ended.
 */
export function createRouteHandlers(
  env: string,
  envConfig: Config,
  parts: ProviderEnvironmentOptions,
  { context, log, onOutcome }: Provider,
): AuthProviderRouteHandlers {
  const { authenticator, signInResolver, stateTransform } = parts;
  const { profileTransform = authenticator.defaultProfileTransform } = parts;
  /** The progress of the current request, which Backstage does not pass to transforms and resolvers. */
  const requests = new AsyncLocalStorage<Progress>();

  /** Runs one part of a sign-in or refresh, and records that it ran and how it failed. */
  async function record<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
    const progress = requests.getStore() ?? {};
    progress.started = true;
    try {
      return await log.watch(() => work(progress));
    } catch (error) {
      progress.error = error ?? new Error('undefined was thrown');
      throw error;
    }
  }

  const handlers = createOAuthRouteHandlers<BitbucketServerPassportProfile>({
    ...context,
    config: envConfig,
    stateTransform,
    authenticator: createOAuthAuthenticator({
      ...authenticator,
      authenticate: (input, ctx) =>
        record(async progress => {
          progress.result = await authenticator.authenticate(input, ctx);
          return progress.result;
        }),
      refresh: (input, ctx) =>
        record(async progress => {
          try {
            progress.result = await authenticator.refresh(input, ctx);
            return progress.result;
          } catch (error) {
            const session = signInResolver && undeliveredSessions.get(Object(error));
            if (!session) throw error;
            log.write(error);
            progress.error = error;
            return { session, fullProfile: noProfile };
          }
        }),
    }),
    // In a refresh, Backstage sets the cookie with the new tokens after the profile transform and
    // before the resolver. So an earlier error is kept, and the resolver throws it.
    profileTransform: (result, ctx) =>
      record(async progress => {
        if (progress.error !== undefined) return { profile: {} };
        try {
          return await profileTransform(result, ctx);
        } catch (error) {
          const { refresh } = result.fullProfile.bitbucketServerSession;
          if (!refresh || !signInResolver) throw error;
          log.write(error);
          progress.error = error;
          return { profile: {} };
        }
      }),
    signInResolver:
      signInResolver &&
      ((info, ctx) =>
        record(progress => {
          if (progress.error !== undefined) throw progress.error;
          return signInResolver(info, ctx);
        })),
  });

  async function observed(
    operation: SignInOutcomeEvent['operation'],
    request: Request,
    work: () => Promise<void>,
  ): Promise<void> {
    const startedAt = performance.now();
    const progress: Progress = {};
    await withSpan(`bitbucket_server.${operation}`, {}, async span => {
      try {
        await requests.run(progress, work);
      } finally {
        const { started, result, error } = progress;
        if (error !== undefined) markFailed(span, error);
        if (started) {
          const durationMs = performance.now() - startedAt;
          onOutcome({ operation, environment: env, request, result, error, durationMs });
        }
      }
    });
  }

  return {
    ...handlers,
    frameHandler: (req, res) => observed('sign_in', req, () => handlers.frameHandler(req, res)),
    refresh: (req, res) =>
      observed('refresh', req, async () => {
        try {
          await handlers.refresh?.(req, res);
        } catch (error) {
          // Backstage's handler turns every error into a 401.
          const { cause } = error as { readonly cause?: unknown };
          if (!isSignInError(cause)) throw error;
          if (cause.name !== 'ServiceUnavailableError') throw cause;
          sendOutage(req, res, cause);
        }
      }),
  };
}

/** For a refresh that has failed already. Nothing reads this profile. */
const noProfile = Object.freeze({}) as BitbucketServerPassportProfile;
