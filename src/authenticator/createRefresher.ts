import type { LoggerService } from '@backstage/backend-plugin-api';
import { LRUCache } from 'lru-cache';
import { isSignInError } from '../errors';
import type { BitbucketServerUser } from '../profile';
import { createAudience } from './createAudience';
import type { Audience } from './createAudience';
import { createHandoverStore } from './createHandoverStore';
import type { Handover } from './createHandoverStore';
import { readPerson } from './readPerson';
import type { RefreshAnswer, SessionPerson } from './RefreshAnswer';
import type { TokenAnswer } from './TokenAnswer';
import { markUndelivered } from './undeliveredTokens';
import { waitInTime } from './waitInTime';
import { sha256 } from '../shared';
import type { Sleep } from '../shared';

export interface Refresher {
  /** New tokens and the user, for a refresh token. Throws {@link SignInError} only. */
  refresh(refreshToken: string, signal: AbortSignal | undefined): Promise<RefreshAnswer>;
  /** To be told of a first sign-in. */
  remember(answer: RefreshAnswer): void;
}

export interface RefresherOptions {
  readonly exchange: (refreshToken: string, timeoutMs: number) => Promise<TokenAnswer>;
  readonly readUser: (accessToken: string, signal: AbortSignal) => Promise<BitbucketServerUser>;
  /** Milliseconds that a browser waits for the exchange. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly logger?: LoggerService;
}

/** Bitbucket may still answer after the browser has its error; losing that answer ends the session. */
const exchangeGrace = 3;
const maxEntries = 10_000;
/** How long a session that nobody refreshes is remembered, in milliseconds. */
const sessionMs = 24 * 60 * 60_000;

/**
 * Refreshes sessions without losing them. Bitbucket ends both tokens of a session at every refresh, so
 * - requests with the same refresh token share one exchange and, for some seconds, its answer;
 * - an exchange goes on when its browser has given up, and new tokens wait for the next request;
 * - a user who cannot be read for a moment is replaced by the one that the session had before.
 *
 * Lives in the memory of one process, bounded in number and time, under hashes of refresh tokens.
 *
 * @internal
 */
export function createRefresher(options: RefresherOptions): Refresher {
  const { now, sleep, timeoutMs } = options;
  const handovers = createHandoverStore(now, maxEntries);
  const sessions = new LRUCache<string, SessionPerson & { readonly scope?: string }>({
    max: maxEntries,
    ttl: sessionMs,
    perf: { now },
    ttlResolution: 0,
  });

  function startExchange(handover: Handover, refreshToken: string): void {
    const exchange = options.exchange(refreshToken, timeoutMs * exchangeGrace).then(tokens => {
      handover.receivedAt = now();
      handover.tokens = {
        ...tokens,
        // RFC 6749 §6: without a word about it, the scope is the one that was granted before.
        scope: tokens.scope ?? handover.scope,
        refreshToken: tokens.refreshToken ?? refreshToken,
      };
      return handover.tokens;
    });
    // Also when no browser waits any more; whoever does gets the same error from `exchange` itself.
    exchange.catch(() => handovers.forget(handover));
    handover.exchange = exchange;
  }

  function begin(refreshToken: string): Handover {
    const { scope, ...person } = sessions.get(sha256(refreshToken)) ?? {};
    const handover: Handover = {
      hashes: new Set(),
      receivedAt: now(),
      person: 'user' in person ? person : undefined,
      scope,
    };
    startExchange(handover, refreshToken);
    handovers.keep(handover, refreshToken);
    return handover;
  }

  async function run(handover: Handover, audience: Audience): Promise<RefreshAnswer> {
    const { signal } = audience;
    const kept = handover.tokens;
    if (kept && isSpent(kept, now() - handover.receivedAt)) {
      startExchange(handover, kept.refreshToken);
    }
    const tokens = await waitInTime(handover.exchange!, { timeoutMs, signal, sleep });
    try {
      const person = await readPerson({
        ...options,
        read: () => options.readUser(tokens.accessToken, signal),
        previous: handover.person,
        signal,
      });
      for (const hash of handover.hashes) sessions.delete(hash);
      sessions.set(sha256(tokens.refreshToken), { ...person, scope: tokens.scope });
      handover.answer = { tokens, user: person.user };
      handovers.share(handover);
      // An answer that reaches nobody waits for the next request, as one that was never made.
      signal.addEventListener('abort', () => handovers.keep(handover, tokens.refreshToken));
      return handover.answer;
    } catch (error) {
      // Whichever of the two refresh tokens comes next, it finds the tokens.
      handovers.keep(handover, tokens.refreshToken);
      if (isSignInError(error)) markUndelivered(error, tokens);
      throw error;
    }
  }

  return {
    remember({ tokens, user }) {
      if (tokens.refreshToken === undefined) return;
      const { scope, refreshToken } = tokens;
      sessions.set(sha256(refreshToken), { user, readAt: now(), scope });
    },

    async refresh(refreshToken, signal) {
      const handover = handovers.find(refreshToken) ?? begin(refreshToken);
      if (handover.answer) return handover.answer;
      if (!handover.running || handover.running.audience.signal.aborted) {
        const audience = createAudience();
        const running = { audience, result: run(handover, audience) };
        const end = () => {
          if (handover.running === running) handover.running = undefined;
        };
        running.result.then(end, end);
        handover.running = running;
      }
      handover.running.audience.join(signal);
      return handover.running.result;
    },
  };
}

/** Whether an access token is so near to its end that it is not worth a question. */
function isSpent(tokens: TokenAnswer, ageMs: number): boolean {
  return tokens.expiresInSeconds !== undefined && ageMs >= tokens.expiresInSeconds * 900;
}
