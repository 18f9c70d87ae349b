import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import { LRUCache } from 'lru-cache';
import type { CatalogUserLookupOptions } from './CatalogUserLookup';
import { ownProperty } from './UserQuery';
import { createDeadline, createQueue, instruments } from '../shared';
import type { Deadline } from '../shared';

/** As many as a catalog on PostgreSQL has connections by default; more would only queue up there. */
const maxParallelRequests = 10;

/** A request that gets its turn after this part of its time is not sent: it would hardly be answered. */
const lastCallAt = 0.9;

/** Tokens of Backstage's own auth service live for an hour; a minute is far from its end. */
const tokenReuseMs = 60_000;

type CatalogRequestEvent = Parameters<NonNullable<CatalogUserLookupOptions['onRequest']>>[0];

/**
 * Sends one request. Rejects with what the client threw, when what answered was not the catalog, and
 * at the end of the time.
 */
export type AskCatalog = <T extends { readonly items: readonly unknown[] }>(
  operation: CatalogRequestEvent['operation'],
  values: number,
  send: (client: CatalogApi, as: Credentials) => Promise<T>,
) => Promise<T>;

/** As each kind of client reads them. */
interface Credentials {
  readonly credentials: BackstageCredentials;
  readonly token: string;
}

/**
 * Makes what calls a catalog as this plugin itself, so many requests at once. The work that it is
 * given, of one or more requests, must be done within the time limit. A request whose time is up is
 * not waited for; one that still waits for its turn then is never sent.
 *
 * `CatalogService` wants `credentials`, `CatalogApi` wants a `token`, and as their methods have the
 * same names nothing tells one from the other for certain (a wrapped client looks like either). So
 * both are sent: each kind of client reads its own and ignores the other. As signing a token costs
 * about as much as an answer of the catalog, one is used for up to a minute.
 */
export function createCatalogCaller(
  options: Pick<CatalogUserLookupOptions, 'catalog' | 'auth' | 'onRequest'> & {
    readonly timeoutMs: number;
    readonly now: () => number;
  },
) {
  const { auth, timeoutMs, now, onRequest } = options;
  // The two client types differ only in the second parameter, and what is passed satisfies both.
  const client = options.catalog as CatalogApi;
  const turns = createQueue({
    concurrency: maxParallelRequests,
    maxWaiting: Infinity,
    timeoutMs,
    onWaiting: change =>
      instruments().queueLength.add(change, { 'bitbucket_server.queue': 'catalog' }),
  });
  let token: { readonly value: Promise<string>; readonly until: number } | undefined;

  async function authorize(): Promise<Credentials> {
    const credentials = await auth.getOwnServiceCredentials();
    if (!token || token.until <= now()) {
      const request = { onBehalfOf: credentials, targetPluginId: 'catalog' };
      const value = auth.getPluginRequestToken(request).then(issued => issued.token);
      token = { value, until: now() + tokenReuseMs };
    }
    return { credentials, token: await token.value };
  }

  function askWithin(deadline: Deadline): AskCatalog {
    const lastCall = now() + timeoutMs * lastCallAt;
    const inTurn: AskCatalog = async (operation, values, send) => {
      const startedAt = now();
      if (startedAt > lastCall) {
        throw Object.assign(new Error('no turn to ask the catalog in time'), {
          name: 'TimeoutError',
        });
      }
      let outcome: CatalogRequestEvent['outcome'] = 'error';
      try {
        const answer = await deadline.race(authorize().then(as => send(client, as)));
        checkShape(answer, operation === 'refs');
        outcome = 'ok';
        return answer;
      } catch (error) {
        // The token itself may have been refused, so it is not used again.
        token = undefined;
        if (deadline.ended()) outcome = 'timeout';
        throw error;
      } finally {
        const durationMs = now() - startedAt;
        instruments().catalogDuration.record(durationMs / 1_000, {
          'bitbucket_server.operation': operation,
          ...(outcome === 'ok' ? {} : { 'error.type': outcome === 'timeout' ? outcome : '_OTHER' }),
        });
        onRequest?.({ operation, durationMs, outcome, values });
      }
    };
    return (operation, values, send) =>
      turns.run(() => inTurn(operation, values, send), deadline.signal);
  }

  return async <T>(work: (ask: AskCatalog) => Promise<T>): Promise<T> => {
    const deadline = createDeadline({ timeoutMs });
    try {
      return await work(askWithin(deadline));
    } finally {
      deadline.close();
    }
  };
}

/**
 * The page of a proxy or a cut response must never be taken for "nobody", so the shape of the
 * answer is checked.
 */
function checkShape(answer: unknown, mayMiss: boolean): void {
  const items = ownProperty(answer, 'items');
  if (!Array.isArray(items)) throw new Error('what answered is not the catalog: it sent no items');
  for (const item of items) {
    if (mayMiss && (item === null || item === undefined)) continue;
    const isEntity =
      typeof ownProperty(item, 'kind') === 'string' &&
      typeof (ownProperty(item, 'metadata') ?? undefined) === 'object';
    if (!isEntity) throw new Error('what answered is not the catalog: it sent no entities');
  }
}

/**
 * A failure of the catalog in the terms that decide what to do next:
 *
 * - `refused`: the request itself; one of its values may be at fault, the others may be fine.
 * - `absent`: the endpoint is not there.
 * - `unavailable`: the catalog, the network or our rights; asking in another form does not help.
 *
 * By status and name, never by class: the error may come over HTTP, from an in-process catalog or
 * from another copy of `@backstage/errors`.
 */
export function catalogFault(error: unknown): 'refused' | 'absent' | 'unavailable' {
  const { name, statusCode } = Object(error) as { name?: unknown; statusCode?: unknown };
  if ([404, 405, 501].includes(Number(statusCode))) return 'absent';
  if (name === 'NotFoundError' || name === 'NotImplementedError') return 'absent';
  if ([400, 413, 414, 422, 431].includes(Number(statusCode))) return 'refused';
  return name === 'InputError' ? 'refused' : 'unavailable';
}

/** Asks the catalog. A rejection is not remembered, and does not replace what is. */
type Load<T> = () => Promise<{ readonly value: T; readonly ttlMs: number }>;

/** Makes a cache of the catalog's answers, with one request at a time for each key. */
export function createCatalogMemory<T extends object>(options: {
  readonly maxEntries: number;
  readonly staleIfErrorMs: number;
  readonly now: () => number;
}) {
  const { maxEntries, staleIfErrorMs, now } = options;
  const entries = new LRUCache<string, T, Load<T>>({
    max: maxEntries,
    perf: { now },
    ttlResolution: 0,
    noDeleteOnFetchRejection: true,
    ignoreFetchAbort: true,
    async fetchMethod(_key, _stale, { options: entry, context: load }) {
      const startedAt = now();
      const { value, ttlMs } = await load();
      // The time counts from the question. lru-cache keeps an entry with a TTL of 0 for ever, so
      // what has expired is not stored.
      entry.ttl = ttlMs - (now() - startedAt) || -Number.EPSILON;
      return value;
    },
  });

  return {
    /** The answer from memory or from a request under way, or else the result of `load`. */
    async get(key: string, load: Load<T>) {
      const status: LRUCache.Status<string, T, Load<T>> = {};
      const value = await entries.forceFetch(key, { context: load, status });
      if (status.fetch === 'hit') return { value, source: 'memory' as const };
      return { value, source: status.fetch === 'inflight' ? 'inFlight' : 'catalog' } as const;
    },
    /** An expired answer that may still be used while the catalog is down. */
    stale(key: string) {
      const value = entries.peek(key, { allowStale: true });
      const staleForMs = Math.max(0, -entries.getRemainingTTL(key));
      return value && staleForMs <= staleIfErrorMs ? { value, staleForMs } : undefined;
    },
    /** Answers to requests under way are delivered, but not kept. */
    delete: (key: string) => void entries.delete(key),
    clear: () => entries.clear(),
    size: () => entries.size,
  };
}
