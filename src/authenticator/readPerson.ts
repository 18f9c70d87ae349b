import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSignInError, signInErrorCodes } from '../errors';
import type { SignInError } from '../errors';
import type { BitbucketServerUser } from '../profile';
import type { SessionPerson } from './RefreshAnswer';
import type { Sleep } from '../shared';

export interface ReadPersonOptions {
  readonly read: () => Promise<BitbucketServerUser>;
  /** Whoever the session belonged to before. */
  readonly previous?: SessionPerson;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly logger?: LoggerService;
}

/** How old a person may be who stands in for one that cannot be read, in milliseconds. */
const recentMs = 2 * 60 * 60_000;

/**
 * The person of a session whose tokens were just exchanged. When a failure that may pass keeps the
 * user from being read, the person that the same session had before serves, if recent; else the
 * user is asked for once more.
 *
 * @throws SignInError
 * @internal
 */
export async function readPerson(options: ReadPersonOptions): Promise<SessionPerson> {
  const { previous, now, signal } = options;
  const read = async () => ({ user: await options.read(), readAt: now() });
  try {
    return await read();
  } catch (error) {
    if (!isTransient(error)) throw error;
    if (previous && now() - previous.readAt < recentMs) {
      const age = Math.round((now() - previous.readAt) / 1_000);
      options.logger?.warn(
        `Bitbucket Server user could not be read at a refresh (${error.code}), so the one read ${age} s ago serves: ${error.detail}`,
      );
      return previous;
    }
    // Whoever has waited for all of the time is not made to wait for it again.
    if (error.code === 'BITBUCKET_TIMEOUT') throw error;
    await options.sleep(100 + options.random() * 200, signal);
    return read();
  }
}

function isTransient(error: unknown): error is SignInError {
  return (
    isSignInError(error) &&
    error.code !== 'REQUEST_ABORTED' &&
    signInErrorCodes[error.code].name === 'ServiceUnavailableError'
  );
}
