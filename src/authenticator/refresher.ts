import { isSignInError, SignInError } from '../errors';
import type { BitbucketServerUser } from '../profile';
import { clock, createInFlight, withTimeout } from '../shared';
import { createPersonReader } from './personReader';
import type { PersonReaderOptions } from './personReader';
import { isSpent, remainingTokens } from './sealedNotes';
import type { SealedNotes, SessionPerson, SuccessorNote } from './sealedNotes';
import { sessionEnded, sha256 } from './session';
import type { TokenAnswer } from './session';

/**
 * Something that happened to a session. `userId` is the person's id in Bitbucket Server, if it is
 * known; `reference` is the reference of the error that the browser shows.
 *
 * @public
 */
export type SessionEvent =
  | {
      readonly type: 'refresh';
      /**
       * `read`: the user was read from Bitbucket Server. `known`: it was read recently, and not again.
       * `bridged`: Bitbucket Server did not answer, so an earlier record was used.
       */
      readonly person: 'known' | 'read' | 'bridged';
      /** `note`: another request, process or replica had exchanged the token already. */
      readonly tokens: 'exchanged' | 'note';
    }
  | { readonly type: 'token-reuse'; readonly userId?: string; readonly reference: string }
  | { readonly type: 'sign-out'; readonly userId?: string };

interface RefresherOptions extends PersonReaderOptions {
  readonly notes: SealedNotes;
  readonly exchange: (refreshToken: string, signal?: AbortSignal) => Promise<TokenAnswer>;
  /** Milliseconds that a browser waits for the exchange. */
  readonly timeoutMs: number;
  readonly onEvent?: (event: SessionEvent) => void;
}

/** The result of an exchange. The browser must get the tokens even if the refresh is refused. */
type RefreshAnswer = {
  readonly tokens: SuccessorNote['tokens'];
  /** Must be called when the browser has the tokens. */
  readonly delivered: () => void;
} & ({ readonly user: BitbucketServerUser } | { readonly error: SignInError });

/** A refresh token that was replaced by new tokens. */
interface Rotation {
  readonly note: SuccessorNote;
  /** The refresh tokens that the new ones replaced. */
  readonly replaced: readonly string[];
  /** Whether this process has just made the exchange, and did not read its result from a note. */
  readonly exchanged: boolean;
}

/** How long a replaced refresh token still leads to its successor, in milliseconds. */
const deliveredMs = 10_000;
/** The same until a browser has received the new tokens. */
const undeliveredMs = 2 * 60_000;
/** Limit of successors to follow, in case a server issues the same two tokens alternately. */
const maxSteps = 16;
/** How long the person of a session that nobody refreshes is remembered, in milliseconds. */
const sessionMs = 24 * 60 * 60_000;
/** Time limit of a sign-out, in milliseconds. */
const signOutMs = 2_000;

/**
 * Refreshes sessions without losing them. Bitbucket invalidates both tokens at every refresh, so
 * - requests with the same refresh token share one exchange, which continues when a browser gives up;
 * - the new tokens are first of all sealed under the old one, for every request that still has it: of
 *   another tab, at another replica, or of the same browser after a crash or an error;
 * - the owner of a refresh token never changes, so if the person was read recently, a refresh needs
 *   only the exchange.
 */
export function createRefresher(options: RefresherOptions) {
  const { notes, timeoutMs, logger, onEvent } = options;
  const rotations = createInFlight<Rotation>();
  const refreshes = createInFlight<RefreshAnswer>();
  const readPerson = createPersonReader(options);

  async function exchange(
    token: string,
    person: SessionPerson | undefined,
    signal: AbortSignal | undefined,
    alsoReplaced: readonly string[] = [],
  ): Promise<Rotation> {
    const answer = await options.exchange(token, signal);
    const tokens = { ...answer, refreshToken: answer.refreshToken ?? token };
    const note: SuccessorNote = { kind: 'successor', tokens, receivedAt: clock.now(), person };
    // If the server does not rotate refresh tokens, nothing was replaced.
    const replaced = tokens.refreshToken === token ? [] : [...alsoReplaced, token];
    for (const old of replaced) await notes.seal(old, note, undeliveredMs);
    return { note, replaced, exchanged: true };
  }

  /** The latest rotation of the session: other requests may have rotated the new token meanwhile. */
  async function latestAfter(rotation: Rotation, steps = maxSteps): Promise<Rotation> {
    const { note } = rotation;
    const { refreshToken } = note.tokens;
    const next = await notes.open(refreshToken);
    if (next?.kind === 'ended') throw sessionEnded('The person has signed out');
    if (next?.kind === 'session') return { ...rotation, note: { ...note, person: next.person } };
    return next && steps > 0 ? latestAfter(knownRotation(refreshToken, next), steps - 1) : rotation;
  }

  /**
   * If the successor of a token was used, a request with the token is either very late or comes from
   * a thief. They cannot be told apart, so it gets no tokens. A late tab has the newest cookie anyway.
   */
  async function follow(
    token: string,
    note: SuccessorNote,
    signal?: AbortSignal,
  ): Promise<Rotation> {
    const last = await latestAfter(knownRotation(token, note));
    if (last.note.tokens !== note.tokens) {
      const error = sessionEnded(
        'A refresh token was used after the token that replaced it: by a very late browser tab, or by somebody who copied it',
      );
      const userId = (last.note.person ?? note.person)?.user.id.toString();
      onEvent?.({ type: 'token-reuse', userId, reference: error.reference });
      throw error;
    }
    if (!isSpent(last.note)) return last;
    return exchange(last.note.tokens.refreshToken, last.note.person, signal, last.replaced);
  }

  async function rotate(token: string, signal?: AbortSignal): Promise<Rotation> {
    const note = await notes.open(token);
    if (note?.kind === 'ended') throw sessionEnded('The person has signed out');
    if (note?.kind === 'successor') return follow(token, note, signal);
    try {
      return await exchange(token, note?.person, signal);
    } catch (error) {
      const ended = isSignInError(error) && error.code === 'SESSION_ENDED';
      const successor = ended ? await notes.lookForSuccessor(token) : undefined;
      if (!successor) throw error;
      return follow(token, successor, signal);
    }
  }

  /** Joins a rotation under way. If its callers left before it was sent, starts a new one. */
  async function rotateOnce(token: string, signal: AbortSignal): Promise<Rotation> {
    for (;;) {
      try {
        return await rotations.share(sha256(token), () => rotate(token, signal));
      } catch (error) {
        const othersLeft = isSignInError(error) && error.code === 'REQUEST_ABORTED';
        if (!othersLeft || signal.aborted) throw error;
      }
    }
  }

  /** Waits as long as a browser does. The exchange itself continues. */
  async function rotateInTime(token: string, signal: AbortSignal): Promise<Rotation> {
    try {
      return await withTimeout(() => rotateOnce(token, signal), { signal, timeoutMs });
    } catch (error) {
      const { name } = error as Error;
      if (name !== 'TimeoutError' && name !== 'AbortError') throw error;
      const late = name === 'TimeoutError';
      throw new SignInError(late ? 'BITBUCKET_TIMEOUT' : 'REQUEST_ABORTED', {
        phase: 'token',
        detail: `The exchange of a refresh token took longer than ${late ? `${timeoutMs} ms` : 'its browser waited'}; it continues, and the next refresh gets its result`,
      });
    }
  }

  async function run(token: string, signal: AbortSignal): Promise<RefreshAnswer> {
    const rotation = await rotateInTime(token, signal);
    const { note, exchanged } = rotation;
    try {
      const { person, source } = await readPerson(note, exchanged, signal);
      onEvent?.({ type: 'refresh', person: source, tokens: exchanged ? 'exchanged' : 'note' });
      // If nothing was read, no time has passed in which others could rotate the token.
      const last = source === 'known' ? rotation : await latestAfter(rotation);
      return { ...toSession(last, rotation, person), user: person.user };
    } catch (error) {
      if (!isSignInError(error)) throw error;
      return { ...toSession(await latestAfter(rotation), rotation, note.person), error };
    }
  }

  function toSession(
    { note, replaced }: Rotation,
    own: Rotation,
    person: SessionPerson | undefined,
  ) {
    const { tokens } = note;
    // Whoever has rotated the token meanwhile has stored the person, as read later.
    if (tokens === own.note.tokens && person) rememberPerson(tokens.refreshToken, person);
    return {
      tokens: remainingTokens(note),
      delivered() {
        for (const old of replaced) void notes.seal(old, note, deliveredMs);
      },
    };
  }

  function rememberPerson(refreshToken: string, person: SessionPerson): void {
    // Not awaited: without the note, the next refresh reads the person again.
    void notes.seal(refreshToken, { kind: 'session', person }, sessionMs);
  }

  async function endSession(refreshToken: string): Promise<void> {
    // Otherwise the tokens of an exchange under way would outlive the session.
    await rotations.get(sha256(refreshToken))?.catch(() => undefined);
    const note = await notes.open(refreshToken);
    if (note?.kind === 'ended') return;
    const last =
      note?.kind === 'successor' && (await latestAfter(knownRotation(refreshToken, note)));
    const newest = last ? last.note.tokens.refreshToken : refreshToken;
    // The notes of older tokens lead to the newest one, so they are replaced, too.
    const spent = [refreshToken, ...(last ? last.replaced : []), newest];
    await Promise.all(spent.map(each => notes.seal(each, { kind: 'ended' }, undeliveredMs)));
    onEvent?.({ type: 'sign-out', userId: note?.person?.user.id.toString() });
    // Bitbucket cannot revoke a token. An exchange invalidates it, and the new one is thrown away.
    await options.exchange(newest);
  }

  return {
    /** Remembers the person of a first sign-in. */
    remember({ refreshToken }: TokenAnswer, user: BitbucketServerUser): void {
      if (refreshToken !== undefined) rememberPerson(refreshToken, { user, readAt: clock.now() });
    },

    /** New tokens and the user. Throws {@link SignInError} only, and only when there are no new tokens. */
    refresh: (refreshToken: string, signal?: AbortSignal): Promise<RefreshAnswer> =>
      refreshes.share(sha256(refreshToken), shared => run(refreshToken, shared), signal),

    /** Ends the session, as far as it can be ended. Never throws. */
    async signOut(refreshToken: string): Promise<void> {
      try {
        await withTimeout(() => endSession(refreshToken), { timeoutMs: signOutMs });
      } catch (error) {
        const code = isSignInError(error) ? error.code : 'TIMEOUT';
        // It had ended before.
        if (code === 'SESSION_ENDED') return;
        logger?.warn(
          `Somebody signed out, but the session at Bitbucket Server could not be ended (${code}): its tokens stay valid until they expire`,
        );
      }
    },
  };
}

/** The rotation that a note describes. */
function knownRotation(token: string, note: SuccessorNote): Rotation {
  return { note, replaced: [token], exchanged: false };
}
