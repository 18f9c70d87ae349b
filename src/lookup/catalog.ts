import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogUserLookupOptions } from './CatalogUserLookup';
import { ownProperty } from './UserQuery';
import { createDeadline, createQueue, instruments } from '../shared';
import type { Deadline } from '../shared';

/** As many as a catalog on PostgreSQL has connections by default. More would only wait there. */
const maxParallelRequests = 10;

/** A request that has waited for longer than this part of its time limit is not sent: it would be late. */
const maxWaitingShare = 0.9;

/** Much less than the hour for which a service token of Backstage is valid. */
const tokenReuseMs = 60_000;

/**
 * Sends one request. Rejects when the client does, when the response is not from the catalog, and at
 * the end of the time limit.
 */
export type AskCatalog = <T extends { readonly items: readonly unknown[] }>(
  operation: 'refs' | 'filter' | 'predicate' | 'text',
  send: (client: CatalogApi, as: Credentials) => Promise<T>,
) => Promise<T>;

/** For both kinds of client. */
interface Credentials {
  readonly credentials: BackstageCredentials;
  readonly token: string;
}

/**
 * Makes the function that does work with the catalog, of one or more requests, under one time limit.
 * Requests are made as this plugin, and only so many at a time. When the time is up, requests under
 * way are abandoned, and those that are still queued are never sent.
 *
 * `CatalogService` reads `credentials` and `CatalogApi` reads a `token`. Their methods have the same
 * names, so a wrapped client cannot be told apart. Both are therefore passed, and each kind of client
 * ignores the other. Signing a token costs about as much as a response of the catalog, so a token is
 * used for up to a minute.
 */
export function createCatalogCaller(
  options: Pick<CatalogUserLookupOptions, 'catalog' | 'auth'> & {
    readonly timeoutMs: number;
    readonly now: () => number;
  },
) {
  const { auth, timeoutMs, now } = options;
  // The two client types differ only in the second parameter, and what is passed satisfies both.
  const client = options.catalog as CatalogApi;
  const enqueue = createQueue({
    concurrency: maxParallelRequests,
    maxWaiting: Infinity,
    timeoutMs,
    name: 'catalog',
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
    const latestStart = now() + timeoutMs * maxWaitingShare;
    const inTurn: AskCatalog = async (operation, send) => {
      const startedAt = now();
      if (startedAt > latestStart) {
        throw Object.assign(new Error('the request waited too long in the queue'), {
          name: 'TimeoutError',
        });
      }
      let errorType: string | undefined = '_OTHER';
      try {
        const answer = await deadline.race(authorize().then(as => send(client, as)));
        checkShape(answer, operation === 'refs');
        errorType = undefined;
        return answer;
      } catch (error) {
        // The catalog may have refused the token.
        token = undefined;
        if (deadline.signal.aborted) errorType = 'timeout';
        throw error;
      } finally {
        instruments().catalogDuration.record((now() - startedAt) / 1_000, {
          'bitbucket_server.operation': operation,
          ...(errorType && { 'error.type': errorType }),
        });
      }
    };
    return (operation, send) => enqueue(() => inTurn(operation, send), deadline.signal);
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

/** The entities of refs, each at the place of its ref; `undefined` where there is none. */
export async function entitiesByRefs(
  ask: AskCatalog,
  entityRefs: string[],
  fields?: string[],
): Promise<readonly (Entity | undefined)[]> {
  const { items } = await ask('refs', (client, as) =>
    client.getEntitiesByRefs({ entityRefs, fields }, as),
  );
  if (items.length === entityRefs.length) return items;
  throw new Error(`the catalog answered ${items.length} entities to ${entityRefs.length} refs`);
}

/**
 * Checks the shape of an answer: the page of a proxy or a truncated response must not count as
 * "nobody".
 */
function checkShape(answer: unknown, mayHaveGaps: boolean): void {
  const items = ownProperty(answer, 'items');
  if (!Array.isArray(items))
    throw new Error('the response is not from the catalog: it has no items');
  for (const item of items) {
    if (mayHaveGaps && (item === null || item === undefined)) continue;
    const isEntity =
      typeof ownProperty(item, 'kind') === 'string' &&
      typeof (ownProperty(item, 'metadata') ?? undefined) === 'object';
    if (!isEntity)
      throw new Error('the response is not from the catalog: an item is not an entity');
  }
}

/**
 * Classifies a failure of the catalog by what to do next:
 *
 * - `refused`: the request was not valid. One of its values may be at fault, and the others fine.
 * - `absent`: there is no such endpoint.
 * - `unavailable`: a fault of the catalog, the network or our permissions. Another request would fail,
 *   too.
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
