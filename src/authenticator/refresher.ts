import { createSignInError, isSignInError } from '../errors';
import type { SignInError } from '../errors';
import type { BitbucketServerUser } from '../profile';
import { createDeadline, createInFlight, sha256 } from '../shared';
import type { Sleep } from '../shared';
import { isSpent, remainingTokens } from './sealedNotes';
import type { SealedNotes, SessionPerson, SuccessorNote } from './sealedNotes';
import { createPersonReader } from './personReader';
import type { PersonReaderOptions } from './personReader';
import { createSharedAbort, waitForExchange } from './requestSignals';
import type { SharedAbort } from './requestSignals';
import type { SessionEvent } from './sessionEvent';
import type { TokenAnswer } from './session';

export interface RefresherOptions extends PersonReaderOptions {
  readonly notes: SealedNotes;
  readonly exchange: (refreshToken: string, signal?: AbortSignal) => Promise<TokenAnswer>;
  /** Milliseconds that a browser waits for the exchange. */
  readonly timeoutMs: number;
  readonly sleep: Sleep;
  readonly onEvent?: (event: SessionEvent) => void;
}

/** What an exchange has given: the browser must get the tokens, also when its refresh is refused. */
export type RefreshAnswer = {
  readonly tokens: TokenAnswer & { readonly refreshToken: string };
  /** To be called when the browser has the tokens. */
  readonly delivered: () => void;
} & ({ readonly user: BitbucketServerUser } | { readonly error: SignInError });

export interface Refresher {
  /** New tokens and the user, for a refresh token. Throws {@link SignInError} only, and only without tokens. */
  refresh(refreshToken: string, signal: AbortSignal | undefined): Promise<RefreshAnswer>;
  /** To be told of a first sign-in. */
  remember(tokens: TokenAnswer, user: BitbucketServerUser): void;
  /** Ends the session, as far as it can be ended. Never throws. */
  signOut(refreshToken: string): Promise<void>;
}

/** How long others may come with a token that was exchanged, in milliseconds. */
const deliveredMs = 10_000;
/** The same when no browser has got the new tokens yet. */
const undeliveredMs = 2 * 60_000;
/** A server that gives two tokens in turn must not keep us following them for ever. */
const maxSteps = 16;
/** How long the person of a session that nobody refreshes is remembered, in milliseconds. */
const sessionMs = 24 * 60 * 60_000;
/** When to look for the note of another replica after Bitbucket has refused a token, in milliseconds. */
const looksMs = [0, 50, 150, 300];
/** Sign-out waits for Bitbucket for so long, in milliseconds. */
const signOutMs = 2_000;

/**
 * Refreshes sessions without losing them. Bitbucket ends both tokens of a session at every refresh, so
 * - requests with the same token share one exchange, which goes on when its browser has given up;
 * - the tokens that it gives are sealed under the old one before anything else happens, for those who
 *   still come with it: other tabs, other replicas, and the same browser after a crash or an error;
 * - the owner of a refresh token never changes, so a session whose person was read lately needs no
 *   more than the exchange.
 *
 * @internal
 */
export function createRefresher(options: RefresherOptions): Refresher {
  const { notes, now, sleep, timeoutMs, logger, onEvent } = options;
  const exchanges = createInFlight<Turn>();
  const running = new Map<string, { result: Promise<RefreshAnswer>; audience: SharedAbort }>();
  const readPerson = createPersonReader(options);

  async function exchange(
    token: string,
    person: SessionPerson | undefined,
    signal: AbortSignal | undefined,
    alsoUnder: readonly string[] = [],
  ): Promise<Turn> {
    const answer = await options.exchange(token, signal);
    const tokens = { ...answer, refreshToken: answer.refreshToken ?? token };
    const note: SuccessorNote = { kind: 'successor', tokens, receivedAt: now(), person };
    // A server that does not rotate leaves nothing to be lost.
    const under = tokens.refreshToken === token ? [] : [...alsoUnder, token];
    for (const old of under) await notes.seal(old, note, undeliveredMs);
    return { note, under, exchanged: true };
  }

  /** The last turn of the session that is known: other requests may have gone on meanwhile. */
  async function catchUp(turn: Turn, steps = maxSteps): Promise<Turn> {
    const { refreshToken } = turn.note.tokens;
    const next = await notes.open(refreshToken);
    if (next?.kind === 'successor') {
      return steps > 0 ? catchUp(turnOf(refreshToken, next), steps - 1) : turn;
    }
    return next ? { ...turn, note: { ...turn.note, person: next.person } } : turn;
  }

  /**
   * Whoever comes with a token whose successor was used has missed a refresh, or stolen it. Nothing
   * tells the one from the other, so neither gets tokens; a tab that was late has the newest cookie.
   */
  async function follow(token: string, note: SuccessorNote, signal?: AbortSignal): Promise<Turn> {
    const last = await catchUp(turnOf(token, note));
    if (last.note.tokens !== note.tokens) {
      const error = createSignInError('SESSION_ENDED', {
        phase: 'token',
        detail:
          'A refresh token was presented after its successor had been used: a tab that was very late, or somebody who has copied the token',
      });
      const userId = (last.note.person ?? note.person)?.user.id.toString();
      onEvent?.({ type: 'token-reuse', userId, reference: error.reference });
      throw error;
    }
    if (!isSpent(last.note, now())) return last;
    return exchange(last.note.tokens.refreshToken, last.note.person, signal, last.under);
  }

  async function advance(token: string, signal?: AbortSignal): Promise<Turn> {
    const note = await notes.open(token);
    if (note?.kind === 'successor') return follow(token, note, signal);
    try {
      return await exchange(token, note?.person, signal);
    } catch (error) {
      const ended = isSignInError(error) && error.code === 'SESSION_ENDED';
      const successor = ended && notes.shared ? await lookForSuccessor(token) : undefined;
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

  /** Another replica may have been faster: its note is there before its answer is. */
  async function lookForSuccessor(token: string): Promise<SuccessorNote | undefined> {
    const never = new AbortController().signal;
    for (const delay of looksMs) {
      if (delay > 0) await sleep(delay, never);
      const note = await notes.lookForSuccessor(token);
      if (note) return note;
    }
    return undefined;
  }

  async function run(token: string, signal: AbortSignal): Promise<RefreshAnswer> {
    const turn = await waitForExchange(takeTurn(token, signal), { signal, timeoutMs, sleep });
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
      tokens: remainingTokens(note, now()),
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
    const last = note?.kind === 'successor' && (await catchUp(turnOf(refreshToken, note)));
    const newest = last ? last.note.tokens.refreshToken : refreshToken;
    await Promise.all([refreshToken, ...(last ? last.under : []), newest].map(notes.forget));
    onEvent?.({ type: 'sign-out', userId: note?.person?.user.id.toString() });
    // There is no endpoint that revokes a token; an exchange ends it, and nobody gets the new one.
    await options.exchange(newest);
  }

  return {
    remember({ refreshToken }, user) {
      if (refreshToken === undefined) return;
      keep(refreshToken, { user, readAt: now() });
    },

    async refresh(refreshToken, signal) {
      const key = sha256(refreshToken);
      let current = running.get(key);
      if (!current || current.audience.signal.aborted) {
        const audience = createSharedAbort();
        const started = { audience, result: run(refreshToken, audience.signal) };
        running.set(key, started);
        const end = () => {
          if (running.get(key) === started) running.delete(key);
        };
        started.result.then(end, end);
        current = started;
      }
      current.audience.join(signal);
      return current.result;
    },

    async signOut(refreshToken) {
      const deadline = createDeadline({ timeoutMs: signOutMs, sleep });
      try {
        await deadline.race(endSession(refreshToken));
      } catch (error) {
        const code = isSignInError(error) ? error.code : 'TIMEOUT';
        // A session that had ended before is as good as ended now.
        if (code !== 'SESSION_ENDED') {
          logger?.warn(
            `A person signed out, but Bitbucket Server could not be told (${code}): the session there lives on until its tokens expire`,
          );
        }
      } finally {
        deadline.close();
      }
    },
  };
}

/** The tokens of a session, and where they come from. */
interface Turn {
  readonly note: SuccessorNote;
  /** Tokens that these replaced. */
  readonly under: readonly string[];
  readonly exchanged: boolean;
}

/** That of somebody who comes with a token that was exchanged before. */
function turnOf(token: string, note: SuccessorNote): Turn {
  return { note, under: [token], exchanged: false };
}
