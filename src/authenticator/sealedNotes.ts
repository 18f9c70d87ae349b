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
export type Note =
  | { readonly kind: 'session'; readonly person: SessionPerson }
  | {
      readonly kind: 'successor';
      readonly tokens: TokenAnswer & { readonly refreshToken: string };
      /** Milliseconds since the epoch. */
      readonly receivedAt: number;
      /** Whoever the session belonged to before. */
      readonly person?: SessionPerson;
    }
  | { readonly kind: 'ended' };

export type SuccessorNote = Extract<Note, { kind: 'successor' }>;

export type SealedNotes = ReturnType<typeof createSealedNotes>;

const maxLocalNotes = 10_000;
const algorithm = 'aes-256-gcm';
/** When to look for the note of another replica after Bitbucket has refused a token, in milliseconds. */
const looksMs = [0, 50, 150, 300];

/**
 * Keeps notes under refresh tokens, which only their browser and Bitbucket Server know. So the token is
 * the key: a note is encrypted with what follows from the token and the client secret, and stored
 * under another value that follows from them. Whoever reads the cache learns nothing. Whoever writes
 * to it changes nothing, with an account of their own either: they know their token, but not the
 * client secret. They can only delete.
 *
 * Persons stand under keys of their own: a cache has no "set if absent", and a replica that writes
 * down the person late must not write over the note that says that the token is spent.
 *
 * Never throws: whatever goes wrong, the note is as good as not there.
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
    // Whatever note is there was made here for this token, and says itself of which kind it is.
    return unseal(await ask(each => each.get(cacheKey(kind, id))), key);
  }

  return {
    async open(refreshToken: string): Promise<Note | undefined> {
      const { id } = derive(refreshToken);
      const spent = local.get(cacheKey('successor', id));
      const session = local.get(cacheKey('session', id));
      // Only another replica can know that the token was exchanged there.
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

    /** Resolves when the cache has the note, will not have it, or has failed so lately that nobody waits. */
    async seal(refreshToken: string, note: Note, ttlMs: number): Promise<void> {
      const { key, id } = derive(refreshToken);
      // The person goes on under the new token, or nowhere.
      const outdated = note.kind === 'session' ? undefined : cacheKey('session', id);
      local.set(cacheKey(note.kind, id), note, { ttl: ttlMs });
      if (outdated) local.delete(outdated);
      const paused = isPaused();
      // Other replicas wait for a successor, and the failure may have been one slow moment.
      if (paused && note.kind === 'session') return;
      if (outdated && !paused) void ask(each => each.delete(outdated));
      const value = seal(note, key, clock.now() + ttlMs);
      const written = ask(each => each.set(cacheKey(note.kind, id), value, { ttl: ttlMs }));
      if (!paused) await written;
    },
  };
}

/** The cache is that of the whole auth plugin. A token that has a successor, or has ended, is spent. */
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

/** `undefined` for what does not open: changed by somebody, made with another secret, or no note. */
function unseal(value: unknown, key: Buffer): Note | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length <= 28) return undefined;
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    const { note, until } = JSON.parse(text.toString('utf8')) as { note: Note; until: number };
    // Not every store keeps to the time that it is given, and somebody may put an old note back.
    return clock.now() < until ? note : undefined;
  } catch {
    // By design as if there were none: forged and foreign notes are not worth a line in the log.
    return undefined;
  }
}

/** With what is left of the life of the access token. */
export function remainingTokens({ tokens, receivedAt }: SuccessorNote) {
  const { expiresInSeconds: lifetime } = tokens;
  if (lifetime === undefined) return tokens;
  const age = Math.max(0, Math.floor((clock.now() - receivedAt) / 1_000));
  return { ...tokens, expiresInSeconds: Math.max(0, lifetime - age) };
}

/** Whether an access token is so near to its end that it is of no use to anybody. */
export function isSpent({ tokens, receivedAt }: SuccessorNote): boolean {
  const { expiresInSeconds } = tokens;
  return expiresInSeconds !== undefined && clock.now() - receivedAt >= expiresInSeconds * 900;
}
