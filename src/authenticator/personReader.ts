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
  /** How long a user that was read serves without being read again, in milliseconds. */
  readonly profileCacheTtlMs: number;
  /** How old a user may be who stands in for one that cannot be read, in milliseconds. */
  readonly staleIfErrorMs: number;
  readonly logger?: LoggerService;
}

/**
 * Reads the person of a session whose tokens were just exchanged, unless that was done lately; the
 * owner of a refresh token never changes. When Bitbucket Server has an outage, the person that the
 * session had before serves for `staleIfErrorMs`. Throws {@link SignInError} only.
 */
export function createPersonReader(options: PersonReaderOptions) {
  const { logger, readUser, profileCacheTtlMs, staleIfErrorMs } = options;
  const outage = createIncident(logger);

  /** @param exchanged - whether this request has exchanged the tokens, and not another one a moment ago */
  return async (
    { tokens, receivedAt, person: previous }: SuccessorNote,
    exchanged: boolean,
    signal: AbortSignal,
  ): Promise<{ person: SessionPerson; source: 'known' | 'read' | 'bridged' }> => {
    const age = previous ? clock.now() - previous.readAt : Infinity;
    // Whoever shares the exchange of another request shares what was read after it, too.
    const sameRefresh = !exchanged && previous && previous.readAt >= receivedAt;
    // A clock that was set back must not keep a person for longer than it should.
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

/** Only what says nothing about the person: an answer that is wrong may be there to be wrong. */
function isOutage(error: unknown): error is SignInError {
  return isSignInError(error) && outageCodes.has(error.code);
}
