import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import { LRUCache } from 'lru-cache';
import type { BitbucketServerUser } from '../profile';
import { createIncident, describeCause, withTimeout } from '../shared';
import type { TokenAnswer } from './session';

/** The person of a session, as last read. */
export interface SessionPerson {
  readonly user: BitbucketServerUser;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}

/**
 * What is known of a session under one of its refresh tokens:
 * - `session`: the token is the current one, and belongs to this person;
 * - `successor`: the token was exchanged, and these are the tokens that replaced it.
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
    };

export type SessionNote = Extract<Note, { kind: 'session' }>;
export type SuccessorNote = Extract<Note, { kind: 'successor' }>;

/** Keeps notes. Never throws: whatever goes wrong, the note is as good as not there. */
export interface SealedNotes {
  readonly open: (refreshToken: string) => Promise<Note | undefined>;
  /** The note of another replica, also soon after the cache has failed. */
  readonly lookForSuccessor: (refreshToken: string) => Promise<SuccessorNote | undefined>;
  /** Resolves when the cache has the note, will not have it, or has failed so lately that nobody waits. */
  readonly seal: (refreshToken: string, note: Note, ttlMs: number) => Promise<void>;
  readonly forget: (refreshToken: string) => Promise<void>;
  /** Whether other processes may have left notes. */
  readonly shared: boolean;
}

export interface SealedNotesOptions {
  /** Behind the memory of the process: what the replicas share. */
  readonly cache?: CacheService;
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly now: () => number;
  readonly logger?: LoggerService;
}

/** Longest time that anybody waits for the cache, in milliseconds. */
const cacheTimeoutMs = 75;
/** So long nobody waits for a cache that failed, except who has been refused: not every person pays for its time-out. */
const cachePauseMs = 5_000;
/** Operations that a cache that failed may owe an answer to: the client of a dead one may queue them for ever. */
const maxUnanswered = 100;
const maxLocalNotes = 10_000;
const algorithm = 'aes-256-gcm';

/**
 * Notes under refresh tokens, which only their browser and Bitbucket Server know. So the token is
 * the key: a note is encrypted with what follows from the token and the client secret, and stored
 * under another value that follows from them. Whoever reads the cache learns nothing. Whoever writes
 * to it changes nothing, with an account of their own either: they know their token, but not the
 * client secret. They can only delete.
 *
 * The two kinds of notes stand under keys of their own: a cache has no "set if absent", and a replica
 * that writes down the person late must not write over the note that says that the token is spent.
 *
 * @internal
 */
export function createSealedNotes(options: SealedNotesOptions): SealedNotes {
  const { cache, baseUrl, clientId, clientSecret, now, logger } = options;
  const info = `backstage-plugin-auth-backend-module-bitbucket-server/session/v1\n${baseUrl}\n${clientId}`;
  const outage = createIncident(logger);
  let pausedUntil = -Infinity;
  let unanswered = 0;
  const local = new LRUCache<string, Note>({
    max: maxLocalNotes,
    perf: { now },
    ttlResolution: 0,
  });

  function derive(refreshToken: string) {
    const bytes = Buffer.from(hkdfSync('sha256', refreshToken, clientSecret, info, 64));
    return { key: bytes.subarray(0, 32), id: bytes.subarray(32).toString('base64url') };
  }

  const isPaused = () => performance.now() < pausedUntil;

  async function ask<T>(work: (cache: CacheService) => Promise<T>): Promise<T | undefined> {
    if (!cache || (isPaused() && unanswered >= maxUnanswered)) return undefined;
    // `async`, so that a cache that throws at once is no different.
    const count = async () => {
      unanswered += 1;
      try {
        return await work(cache);
      } finally {
        unanswered -= 1;
      }
    };
    try {
      const answer = await withTimeout(count, { timeoutMs: cacheTimeoutMs });
      outage.recover('The cache that keeps Bitbucket Server sessions works again');
      pausedUntil = -Infinity;
      return answer;
    } catch (error) {
      pausedUntil = performance.now() + cachePauseMs;
      outage.fail(
        `The cache that keeps Bitbucket Server sessions does not work, so replicas do not share them: ${describeCause(error)}`,
      );
      return undefined;
    }
  }

  async function fetch<K extends Note['kind']>(kind: K, refreshToken: string) {
    const { key, id } = derive(refreshToken);
    const note = unseal(await ask(each => each.get(cacheKey(kind, id))), key, now());
    return note?.kind === kind ? (note as Extract<Note, { kind: K }>) : undefined;
  }

  return {
    shared: cache !== undefined,
    async open(refreshToken) {
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
    lookForSuccessor: refreshToken => fetch('successor', refreshToken),
    async seal(refreshToken, note, ttlMs) {
      const { key, id } = derive(refreshToken);
      // The person goes on under the new token.
      const outdated = note.kind === 'successor' ? cacheKey('session', id) : undefined;
      local.set(cacheKey(note.kind, id), note, { ttl: ttlMs });
      if (outdated) local.delete(outdated);
      const paused = isPaused();
      // Other replicas wait for a successor, and the failure may have been one slow moment.
      if (paused && note.kind === 'session') return;
      if (outdated && !paused) void ask(each => each.delete(outdated));
      const value = seal(note, key, now() + ttlMs);
      const written = ask(each => each.set(cacheKey(note.kind, id), value, { ttl: ttlMs }));
      if (!paused) await written;
    },
    async forget(refreshToken) {
      const { id } = derive(refreshToken);
      const keys = [cacheKey('session', id), cacheKey('successor', id)];
      for (const key of keys) local.delete(key);
      await Promise.all(keys.map(key => ask(each => each.delete(key))));
    },
  };
}

/** The cache is that of the whole auth plugin. */
function cacheKey(kind: Note['kind'], id: string): string {
  return `bitbucket-server-${kind}:${id}`;
}

function seal(note: Note, key: Buffer, until: number): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, iv);
  const text = JSON.stringify({ note, until });
  const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([body, cipher.getAuthTag()]).toString('base64');
}

/** `undefined` for what does not open: changed by somebody, made with another secret, or no note. */
function unseal(value: unknown, key: Buffer, now: number): Note | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length <= 28) return undefined;
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    const { note, until } = JSON.parse(text.toString('utf8')) as { note: Note; until: number };
    // Not every store keeps to the time that it is given, and somebody may put an old note back.
    return now < until ? note : undefined;
  } catch {
    // By design as if there were none: forged and foreign notes are not worth a line in the log.
    return undefined;
  }
}

/** With what is left of the life of the access token. */
export function remainingTokens({ tokens, receivedAt }: SuccessorNote, now: number) {
  const { expiresInSeconds: lifetime } = tokens;
  if (lifetime === undefined) return tokens;
  const age = Math.max(0, Math.floor((now - receivedAt) / 1_000));
  return { ...tokens, expiresInSeconds: Math.max(0, lifetime - age) };
}

/** Whether an access token is so near to its end that it is of no use to anybody. */
export function isSpent({ tokens, receivedAt }: SuccessorNote, now: number): boolean {
  const { expiresInSeconds } = tokens;
  return expiresInSeconds !== undefined && now - receivedAt >= expiresInSeconds * 900;
}
