import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSignInError } from '../errors';
import type { SignInError, SignInErrorCode } from '../errors';
import type { BitbucketServerUser } from '../profile';
import { clock, createIncident } from '../shared';
import type { SessionPerson, SuccessorNote } from './sealedNotes';

export interface PersonReaderOptions {
  readonly readUser: (
    accessToken: string,
    signal: AbortSignal,
    previous: BitbucketServerUser | undefined,
  ) => Promise<BitbucketServerUser>;
  /** How long a user record is used before it is read again, in milliseconds. */
  readonly profileCacheTtlMs: number;
  /** How old a user record may be that is used while Bitbucket is down, in milliseconds. */
  readonly staleIfErrorMs: number;
  readonly logger?: LoggerService;
}

/**
 * Reads the person of a session whose tokens were just exchanged, unless they were read recently: the
 * owner of a refresh token never changes. During an outage of Bitbucket Server, the last record is
 * used for up to `staleIfErrorMs`. Throws {@link SignInError} only.
 */
export function createPersonReader(options: PersonReaderOptions) {
  const { logger, readUser, profileCacheTtlMs, staleIfErrorMs } = options;
  const outage = createIncident(logger);

  /** @param exchanged - whether this request exchanged the tokens itself, and did not share an exchange */
  return async (
    { tokens, receivedAt, person: previous }: SuccessorNote,
    exchanged: boolean,
    signal: AbortSignal,
  ): Promise<{ person: SessionPerson; source: 'known' | 'read' | 'bridged' }> => {
    const age = previous ? clock.now() - previous.readAt : Infinity;
    // A request that shares the exchange of another one also shares what was read after it.
    const sameRefresh = !exchanged && previous && previous.readAt >= receivedAt;
    // A negative age means that the clock was set back, and says nothing.
    if (previous && (sameRefresh || (age >= 0 && age < profileCacheTtlMs))) {
      return { person: previous, source: 'known' };
    }
    try {
      const user = await readUser(tokens.accessToken, signal, previous?.user);
      outage.recover('Bitbucket Server user records can be read again');
      return { person: { user, readAt: clock.now() }, source: 'read' };
    } catch (error) {
      if (!isOutage(error) || !previous || age < 0 || age >= staleIfErrorMs) throw error;
      outage.fail(
        `Bitbucket Server user records cannot be read, so session refreshes use records that are up to ${Math.round(staleIfErrorMs / 60_000)} minutes old: ${error.code}: ${error.detail}`,
      );
      return { person: previous, source: 'bridged' };
    }
  };
}

const outageCodes: ReadonlySet<SignInErrorCode> = new Set<SignInErrorCode>([
  'BITBUCKET_UNREACHABLE',
  'BITBUCKET_TIMEOUT',
  'BITBUCKET_UNAVAILABLE',
  'BITBUCKET_RATE_LIMITED',
]);

/** No answer at all. A wrong answer may be an attack, so it refuses the refresh. */
function isOutage(error: unknown): error is SignInError {
  return isSignInError(error) && outageCodes.has(error.code);
}
