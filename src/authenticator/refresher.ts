import { createSignInError, isSignInError } from '../errors';
import type { SignInError } from '../errors';
import type { BitbucketServerUser } from '../profile';
import { clock, createInFlight, withTimeout } from '../shared';
import { createPersonReader } from './personReader';
import type { PersonReaderOptions } from './personReader';
import { isSpent, remainingTokens } from './sealedNotes';
import type { SealedNotes, SessionPerson, SuccessorNote } from './sealedNotes';
import { sessionEnded, sha256 } from './session';
import type { TokenAnswer } from './session';

/**
 * What happened to a session, for whoever watches. `userId` is that of Bitbucket Server, when it is
 * known; `reference` is that of the error that the browser gets.
 *
 * @public
 */
export type SessionEvent =
  | {
      readonly type: 'refresh';
      /**
       * `known`: nothing was read, because it was read lately. `bridged`: Bitbucket Server could not
       * be read, so that an earlier answer serves.
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

/** What an exchange has given: the browser must get the tokens, also when its refresh is refused. */
type RefreshAnswer = {
  readonly tokens: SuccessorNote['tokens'];
  /** To be called when the browser has the tokens. */
  readonly delivered: () => void;
} & ({ readonly user: BitbucketServerUser } | { readonly error: SignInError });

/** The tokens of a session, and where they come from. */
interface Turn {
  readonly note: SuccessorNote;
  /** Tokens that these replaced. */
  readonly under: readonly string[];
  readonly exchanged: boolean;
}

/** How long others may come with a token that was exchanged, in milliseconds. */
const deliveredMs = 10_000;
/** The same when no browser has got the new tokens yet. */
const undeliveredMs = 2 * 60_000;
/** A server that gives two tokens in turn must not keep us following them for ever. */
const maxSteps = 16;
/** How long the person of a session that nobody refreshes is remembered, in milliseconds. */
const sessionMs = 24 * 60 * 60_000;
/** Sign-out waits for Bitbucket for so long, in milliseconds. */
const signOutMs = 2_000;

/**
 * Refreshes sessions without losing them. Bitbucket ends both tokens of a session at every refresh, so
 * - requests with the same token share one exchange, which goes on when its browser has given up;
 * - the tokens that it gives are sealed under the old one before anything else happens, for those who
 *   still come with it: other tabs, other replicas, and the same browser after a crash or an error;
 * - the owner of a refresh token never changes, so a session whose person was read lately needs no
 *   more than the exchange.
 */
export function createRefresher(options: RefresherOptions) {
  const { notes, timeoutMs, logger, onEvent } = options;
  const exchanges = createInFlight<Turn>();
  const refreshes = createInFlight<RefreshAnswer>();
  const readPerson = createPersonReader(options);

  async function exchange(
    token: string,
    person: SessionPerson | undefined,
    signal: AbortSignal | undefined,
    alsoUnder: readonly string[] = [],
  ): Promise<Turn> {
    const answer = await options.exchange(token, signal);
    const tokens = { ...answer, refreshToken: answer.refreshToken ?? token };
    const note: SuccessorNote = { kind: 'successor', tokens, receivedAt: clock.now(), person };
    // A server that does not rotate leaves nothing to be lost.
    const under = tokens.refreshToken === token ? [] : [...alsoUnder, token];
    for (const old of under) await notes.seal(old, note, undeliveredMs);
    return { note, under, exchanged: true };
  }

  /** The last turn of the session that is known: other requests may have gone on meanwhile. */
  async function catchUp(turn: Turn, steps = maxSteps): Promise<Turn> {
    const { refreshToken } = turn.note.tokens;
    const next = await notes.open(refreshToken);
    if (next?.kind === 'ended') throw sessionEnded('The person has signed out');
    if (next?.kind === 'session') return { ...turn, note: { ...turn.note, person: next.person } };
    return next && steps > 0 ? catchUp(turnOf(refreshToken, next), steps - 1) : turn;
  }

  /**
   * Whoever comes with a token whose successor was used has missed a refresh, or stolen it. Nothing
   * tells the one from the other, so neither gets tokens; a tab that was late has the newest cookie.
   */
  async function follow(token: string, note: SuccessorNote, signal?: AbortSignal): Promise<Turn> {
    const last = await catchUp(turnOf(token, note));
    if (last.note.tokens !== note.tokens) {
      const error = sessionEnded(
        'A refresh token was used after the token that replaced it: by a very late browser tab, or by somebody who copied it',
      );
      const userId = (last.note.person ?? note.person)?.user.id.toString();
      onEvent?.({ type: 'token-reuse', userId, reference: error.reference });
      throw error;
    }
    if (!isSpent(last.note)) return last;
    return exchange(last.note.tokens.refreshToken, last.note.person, signal, last.under);
  }

  async function advance(token: string, signal?: AbortSignal): Promise<Turn> {
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

  /** Joins an exchange that is under way, unless those who began it have left before its turn came. */
  async function takeTurn(token: string, signal: AbortSignal): Promise<Turn> {
    for (;;) {
      try {
        return await exchanges.share(sha256(token), () => advance(token, signal));
      } catch (error) {
        const othersLeft = isSignInError(error) && error.code === 'REQUEST_ABORTED';
        if (!othersLeft || signal.aborted) throw error;
      }
    }
  }

  /** Waits for as long as a browser waits. The exchange itself goes on. */
  async function waitForTurn(token: string, signal: AbortSignal): Promise<Turn> {
    try {
      return await withTimeout(() => takeTurn(token, signal), { signal, timeoutMs });
    } catch (error) {
      const { name } = error as Error;
      if (name !== 'TimeoutError' && name !== 'AbortError') throw error;
      const late = name === 'TimeoutError';
      throw createSignInError(late ? 'BITBUCKET_TIMEOUT' : 'REQUEST_ABORTED', {
        phase: 'token',
        detail: `The exchange of a refresh token took longer than ${late ? `${timeoutMs} ms` : 'its browser waited'}; it continues, and the next refresh gets its result`,
      });
    }
  }

  async function run(token: string, signal: AbortSignal): Promise<RefreshAnswer> {
    const turn = await waitForTurn(token, signal);
    const { note, exchanged } = turn;
    try {
      const { person, source } = await readPerson(note, exchanged, signal);
      onEvent?.({ type: 'refresh', person: source, tokens: exchanged ? 'exchanged' : 'note' });
      // Where nothing was read, nobody can have gone on since the turn.
      const last = source === 'known' ? turn : await catchUp(turn);
      return { ...toSession(last, turn, person), user: person.user };
    } catch (error) {
      if (!isSignInError(error)) throw error;
      return { ...toSession(await catchUp(turn), turn, note.person), error };
    }
  }

  function toSession({ note, under }: Turn, own: Turn, person: SessionPerson | undefined) {
    const { tokens } = note;
    // Whoever is late must not write over the note that says that others have gone on.
    if (tokens === own.note.tokens && person) keep(tokens.refreshToken, person);
    return {
      tokens: remainingTokens(note),
      delivered() {
        for (const old of under) void notes.seal(old, note, deliveredMs);
      },
    };
  }

  function keep(refreshToken: string, person: SessionPerson): void {
    // Nobody waits for it: without the note, the next refresh reads the person again.
    void notes.seal(refreshToken, { kind: 'session', person }, sessionMs);
  }

  async function endSession(refreshToken: string): Promise<void> {
    // Tokens that are on their way would come alive after the end.
    await exchanges.get(sha256(refreshToken))?.catch(() => undefined);
    const note = await notes.open(refreshToken);
    if (note?.kind === 'ended') return;
    const last = note?.kind === 'successor' && (await catchUp(turnOf(refreshToken, note)));
    const newest = last ? last.note.tokens.refreshToken : refreshToken;
    // Older tokens lead here for as long as their notes live, and must not find anything.
    const spent = [refreshToken, ...(last ? last.under : []), newest];
    await Promise.all(spent.map(each => notes.seal(each, { kind: 'ended' }, undeliveredMs)));
    onEvent?.({ type: 'sign-out', userId: note?.person?.user.id.toString() });
    // There is no endpoint that revokes a token; an exchange ends it, and nobody gets the new one.
    await options.exchange(newest);
  }

  return {
    /** To be told of a first sign-in. */
    remember({ refreshToken }: TokenAnswer, user: BitbucketServerUser): void {
      if (refreshToken !== undefined) keep(refreshToken, { user, readAt: clock.now() });
    },

    /** New tokens and the user. Throws {@link SignInError} only, and only without tokens. */
    refresh: (refreshToken: string, signal?: AbortSignal): Promise<RefreshAnswer> =>
      refreshes.share(sha256(refreshToken), audience => run(refreshToken, audience), signal),

    /** Ends the session, as far as it can be ended. Never throws. */
    async signOut(refreshToken: string): Promise<void> {
      try {
        await withTimeout(() => endSession(refreshToken), { timeoutMs: signOutMs });
      } catch (error) {
        const code = isSignInError(error) ? error.code : 'TIMEOUT';
        // A session that had ended before is as good as ended now.
        if (code === 'SESSION_ENDED') return;
        logger?.warn(
          `Somebody signed out, but the session at Bitbucket Server could not be ended (${code}): its tokens stay valid until they expire`,
        );
      }
    },
  };
}

/** That of somebody who comes with a token that was exchanged before. */
function turnOf(token: string, note: SuccessorNote): Turn {
  return { note, under: [token], exchanged: false };
}
