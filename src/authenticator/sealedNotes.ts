import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import { LRUCache } from 'lru-cache';
import type { BitbucketServerUser } from '../profile';
import { clock } from '../shared';
import type { AuthenticatorConfig } from './authenticatorConfig';
import type { TokenAnswer } from './session';
import { createSessionCache } from './sessionCache';

/** The person of a session, as last read. */
export interface SessionPerson {
  readonly user: BitbucketServerUser;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}

/**
 * What is known of a session under one of its refresh tokens:
 * - `session`: the token is the current one, and belongs to this person;
 * - `successor`: the token was exchanged, and these are the tokens that replaced it;
 * - `ended`: the person has signed out.
 */
type Note =
  | { readonly kind: 'session'; readonly person: SessionPerson }
  | {
      readonly kind: 'successor';
      readonly tokens: TokenAnswer & { readonly refreshToken: string };
      /** Milliseconds since the epoch. */
      readonly receivedAt: number;
      /** The person of the session, if known. */
      readonly person?: SessionPerson;
    }
  | { readonly kind: 'ended' };

export type SuccessorNote = Extract<Note, { kind: 'successor' }>;

export type SealedNotes = ReturnType<typeof createSealedNotes>;

const maxLocalNotes = 10_000;
const algorithm = 'aes-256-gcm';
/** Pauses before each look for the note of another replica, after Bitbucket refused a token; milliseconds. */
const looksMs = [0, 50, 150, 300];

/**
 * Keeps encrypted notes about sessions. The key of a note, and the name under which it is stored, are
 * both derived from the refresh token, which only the browser and Bitbucket Server know, and from the
 * client secret. So whoever can read the cache learns nothing. Whoever can write to it can delete
 * notes, but cannot forge one, not even with an account and a token of their own.
 *
 * `session` notes are stored under separate names: a cache has no "set if absent", and a replica that
 * writes the person late must not overwrite the note that says that the token was exchanged.
 *
 * Never throws: after any failure, the note counts as not found.
 *
 * @param cache - behind the memory of the process: what the replicas share
 */
export function createSealedNotes(
  { baseUrl, clientId, clientSecret }: AuthenticatorConfig,
  cache: CacheService | undefined,
  logger: LoggerService | undefined,
) {
  const info = `backstage-plugin-auth-backend-module-bitbucket-server/session/v1\n${baseUrl}\n${clientId}`;
  const { ask, isPaused } = createSessionCache(cache, logger);
  const local = new LRUCache<string, Note>({
    max: maxLocalNotes,
    perf: clock,
    ttlResolution: 0,
  });

  function derive(refreshToken: string) {
    const bytes = Buffer.from(hkdfSync('sha256', refreshToken, clientSecret, info, 64));
    return { key: bytes.subarray(0, 32), id: bytes.subarray(32).toString('base64url') };
  }

  async function fetch(kind: Note['kind'], refreshToken: string): Promise<Note | undefined> {
    const { key, id } = derive(refreshToken);
    // A note that opens was sealed by this code for this token, so its own `kind` can be trusted.
    return unseal(await ask(each => each.get(cacheKey(kind, id))), key);
  }

  return {
    async open(refreshToken: string): Promise<Note | undefined> {
      const { id } = derive(refreshToken);
      const spent = local.get(cacheKey('successor', id));
      const session = local.get(cacheKey('session', id));
      // Another replica may have exchanged the token, so a session note does not save the request.
      if (spent || isPaused()) return spent ?? session;
      const [successor, known] = await Promise.all([
        fetch('successor', refreshToken),
        session ?? fetch('session', refreshToken),
      ]);
      return successor ?? known;
    },

    /** Another replica may have been faster: its note is there before its answer is. */
    async lookForSuccessor(refreshToken: string): Promise<SuccessorNote | undefined> {
      if (!cache) return undefined;
      for (const delay of looksMs) {
        if (delay > 0) await clock.sleep(delay);
        const note = await fetch('successor', refreshToken);
        if (note?.kind === 'successor') return note;
      }
      return undefined;
    },

    /** Resolves when the cache has stored the note or failed; at once while the cache is paused. */
    async seal(refreshToken: string, note: Note, ttlMs: number): Promise<void> {
      const { key, id } = derive(refreshToken);
      // The token is no longer the current one, so it has no `session` note any more.
      const outdated = note.kind === 'session' ? undefined : cacheKey('session', id);
      local.set(cacheKey(note.kind, id), note, { ttl: ttlMs });
      if (outdated) local.delete(outdated);
      const paused = isPaused();
      // A successor is written all the same: other replicas need it, and the cache may work again.
      if (paused && note.kind === 'session') return;
      if (outdated && !paused) void ask(each => each.delete(outdated));
      const value = seal(note, key, clock.now() + ttlMs);
      const written = ask(each => each.set(cacheKey(note.kind, id), value, { ttl: ttlMs }));
      if (!paused) await written;
    },
  };
}

/** With a prefix, because the whole auth plugin shares the cache. */
function cacheKey(kind: Note['kind'], id: string): string {
  return `bitbucket-server-${kind === 'session' ? 'session' : 'successor'}:${id}`;
}

function seal(note: Note, key: Buffer, until: number): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, iv);
  const text = JSON.stringify({ note, until });
  const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([body, cipher.getAuthTag()]).toString('base64');
}

/** `undefined` for anything but an intact note that was sealed with this key and has not expired. */
function unseal(value: unknown, key: Buffer): Note | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length <= 28) return undefined;
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    const { note, until } = JSON.parse(text.toString('utf8')) as { note: Note; until: number };
    // Not every store observes the TTL, and somebody may write back an old note.
    return clock.now() < until ? note : undefined;
  } catch {
    // Not logged: whoever can write to the cache could otherwise flood the log.
    return undefined;
  }
}

/** The tokens, with the remaining lifetime of the access token. */
export function remainingTokens({ tokens, receivedAt }: SuccessorNote) {
  const { expiresInSeconds: lifetime } = tokens;
  if (lifetime === undefined) return tokens;
  const age = Math.max(0, Math.floor((clock.now() - receivedAt) / 1_000));
  return { ...tokens, expiresInSeconds: Math.max(0, lifetime - age) };
}

/** Whether nine tenths of the lifetime of the access token are over. */
export function isSpent({ tokens, receivedAt }: SuccessorNote): boolean {
  const { expiresInSeconds } = tokens;
  return expiresInSeconds !== undefined && clock.now() - receivedAt >= expiresInSeconds * 900;
}
