import { LRUCache } from 'lru-cache';
import type { Audience } from './createAudience';
import type { RefreshAnswer, SessionPerson } from './RefreshAnswer';
import type { SessionTokens } from './TokenAnswer';
import { sha256 } from '../shared';

/** The change of a session from one refresh token to the next. */
export interface Handover {
  /** Hashes of the refresh tokens that lead here. */
  readonly hashes: Set<string>;
  /** In flight or done; only a handover that has just been made has none. */
  exchange?: Promise<SessionTokens>;
  /** What the exchange gave. */
  tokens?: SessionTokens;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** Whoever the session belonged to before. */
  readonly person?: SessionPerson;
  readonly scope?: string;
  answer?: RefreshAnswer;
  running?: { readonly result: Promise<RefreshAnswer>; readonly audience: Audience };
}

/** How long an answer serves others who come with the same refresh token, in milliseconds. */
const shareMs = 10_000;
/** How long tokens are kept that no browser has got, in milliseconds. */
const keepMs = 10 * 60_000;
/** A server that gave two tokens in turn must not keep us following them for ever. */
const maxSteps = 16;

export interface HandoverStore {
  /** The newest handover that a refresh token leads to. */
  readonly find: (refreshToken: string) => Handover | undefined;
  /** Until a browser has got the tokens. */
  readonly keep: (handover: Handover, refreshToken: string) => void;
  /** For some seconds, because others may be on their way with the same refresh token. */
  readonly share: (handover: Handover) => void;
  readonly forget: (handover: Handover) => void;
}

/**
 * Holds handovers in the memory of this process, bounded in number and time.
 *
 * @internal
 */
export function createHandoverStore(now: () => number, maxEntries: number): HandoverStore {
  const handovers = new LRUCache<string, Handover>({
    max: maxEntries,
    ttl: keepMs,
    perf: { now },
    ttlResolution: 0,
  });

  function follow(handover: Handover): Handover | undefined {
    const next = handover.tokens && handovers.get(sha256(handover.tokens.refreshToken));
    return next === handover ? undefined : next;
  }

  return {
    find(refreshToken) {
      // What is stale goes at once, so that no token outlives its time.
      handovers.purgeStale();
      let handover = handovers.get(sha256(refreshToken));
      for (let step = 0; handover && step < maxSteps; step += 1) {
        const next = follow(handover);
        if (!next) break;
        handover = next;
      }
      return handover;
    },
    keep(handover, refreshToken) {
      handover.hashes.add(sha256(refreshToken));
      for (const hash of handover.hashes) {
        // A later handover has a better claim to its token.
        if ((handovers.get(hash) ?? handover) === handover) handovers.set(hash, handover);
      }
    },
    share(handover) {
      const newest = handover.tokens && sha256(handover.tokens.refreshToken);
      for (const hash of handover.hashes) {
        // The newest token is for the next exchange.
        if (hash === newest && handover.hashes.size > 1) handovers.delete(hash);
        else handovers.set(hash, handover, { ttl: shareMs });
      }
    },
    forget(handover) {
      for (const hash of handover.hashes) {
        if (handovers.peek(hash) === handover) handovers.delete(hash);
      }
    },
  };
}
