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
 * What one environment of the provider is made of.
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
 * How a sign-in, or the refresh of a session, has ended.
 *
 * @public
 */
export interface SignInOutcomeEvent {
  readonly operation: 'sign_in' | 'refresh';
  /** The environment of the provider; `undefined` when the request names none that is served. */
  readonly environment?: string;
  readonly request: Parameters<AuthProviderRouteHandlers['start']>[0];
  /** What the profile transform and the resolver were given; `undefined` when it did not get so far. */
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

/** What is known of the sign-in or refresh that a request asks for. */
interface Attempt {
  /** Whether it came to asking Bitbucket Server: a browser without a session does not. */
  begun?: boolean;
  result?: SignInOutcomeEvent['result'];
  /** Why it is refused. */
  error?: unknown;
}

/**
 * Backstage's own OAuth routes for one environment, with a refresh that reports the real error, and
 * an observer who is told how each request has ended.
 */
export function createRouteHandlers(
  env: string,
  envConfig: Config,
  parts: ProviderEnvironmentOptions,
  { context, log, onOutcome }: Provider,
): AuthProviderRouteHandlers {
  const { authenticator, signInResolver, stateTransform } = parts;
  const { profileTransform = authenticator.defaultProfileTransform } = parts;
  /** That of the request that is being answered: Backstage's handlers show no more of it. */
  const attempts = new AsyncLocalStorage<Attempt>();

  /** Does a part of an attempt. */
  async function part<T>(work: (attempt: Attempt) => Promise<T>): Promise<T> {
    const attempt = attempts.getStore() ?? {};
    attempt.begun = true;
    try {
      return await log.watch(() => work(attempt));
    } catch (error) {
      attempt.error = error ?? new Error('Somebody threw nothing');
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
        part(async attempt => {
          attempt.result = await authenticator.authenticate(input, ctx);
          return attempt.result;
        }),
      refresh: (input, ctx) =>
        part(async attempt => {
          try {
            attempt.result = await authenticator.refresh(input, ctx);
            return attempt.result;
          } catch (error) {
            const session = signInResolver && undeliveredSessions.get(Object(error));
            if (!session) throw error;
            log.write(error);
            attempt.error = error;
            return { session, fullProfile: nobody };
          }
        }),
    }),
    // Backstage sets the cookie with the new tokens of a refresh between the profile transform and the
    // resolver, so whatever refuses it before that is thrown by the resolver.
    profileTransform: (result, ctx) =>
      part(async attempt => {
        if (attempt.error !== undefined) return { profile: {} };
        try {
          return await profileTransform(result, ctx);
        } catch (error) {
          const { refresh } = result.fullProfile.bitbucketServerSession;
          if (!refresh || !signInResolver) throw error;
          log.write(error);
          attempt.error = error;
          return { profile: {} };
        }
      }),
    signInResolver:
      signInResolver &&
      ((info, ctx) =>
        part(attempt => {
          if (attempt.error !== undefined) throw attempt.error;
          return signInResolver(info, ctx);
        })),
  });

  async function observed(
    operation: SignInOutcomeEvent['operation'],
    request: Request,
    work: () => Promise<void>,
  ): Promise<void> {
    const startedAt = performance.now();
    const attempt: Attempt = {};
    await withSpan(`bitbucket_server.${operation}`, {}, async span => {
      try {
        await attempts.run(attempt, work);
      } finally {
        const { begun, result, error } = attempt;
        if (error !== undefined) markFailed(span, error);
        if (begun) {
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

/** Stands in the result of a refresh that ends before anybody looks at its profile. */
const nobody = Object.freeze({}) as BitbucketServerPassportProfile;
