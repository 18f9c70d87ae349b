import { setTimeout as pause } from 'node:timers/promises';
import { CatalogClient } from '@backstage/catalog-client';
import type { QueryEntitiesRequest, QueryEntitiesResponse } from '@backstage/catalog-client';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { AuditError } from '../AuditError';
import { slimEntity } from './collectors';
import type { SourceResult } from './collectors';

/** @public */
export interface FetchCatalogEntitiesOptions extends OpenCatalogOptions {
  readonly onProgress?: (read: number, total: number) => void;
  /** Entities per page. Default 500. */
  readonly pageSize?: number;
}

const fields = [
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.annotations',
  'spec.profile',
];

/**
 * Reads all `User` and `Group` entities of a catalog. Pages follow a cursor and not a position, so
 * changes meanwhile do no harm.
 *
 * @throws {@link AuditError} when the catalog cannot be read
 * @public
 */
export async function fetchCatalogEntities(
  options: FetchCatalogEntitiesOptions,
): Promise<SourceResult<Entity>> {
  const { signal, onProgress, pageSize: limit = 500 } = options;
  const catalog = openCatalog(options);
  const entities = new Map<string, Entity>();
  let read = 0;
  let total = 0;
  let cursor: string | undefined;
  try {
    do {
      const answer: QueryEntitiesResponse = await catalog.query(
        cursor
          ? { cursor, limit, fields }
          : { filter: [{ kind: 'user' }, { kind: 'group' }], limit, fields },
      );
      read += answer.items.length;
      total = Math.max(answer.totalItems ?? 0, read);
      for (const entity of answer.items) {
        if (!isEntity(entity)) {
          throw new AuditError('The catalog answered with an item that is not an entity');
        }
        entities.set(stringifyEntityRef(entity), slimEntity(entity));
      }
      onProgress?.(read, total);
      cursor = answer.pageInfo.nextCursor;
    } while (cursor);
  } catch (error) {
    if (!signal?.aborted) throw error;
    const missing = `the catalog's entities after the first ${read}${total ? ` of ${total}` : ''}`;
    return { items: [...entities.values()], notes: [], findings: [], missing };
  }
  return { items: [...entities.values()], notes: [], findings: [] };
}

/**
 * The refs of all owners in a catalog, of any kind. With
 * `dangerouslyAllowSignInWithoutUserInCatalog`, nobody signs in under one of these.
 *
 * @throws {@link AuditError} when the catalog cannot be read
 * @public
 */
export async function fetchCatalogOwners(options: OpenCatalogOptions): Promise<readonly string[]> {
  return openCatalog(options).valuesOf('relations.ownedBy');
}

function isEntity(value: unknown): value is Entity {
  const { kind, metadata } = (value ?? {}) as { kind?: unknown; metadata?: { name?: unknown } };
  return typeof kind === 'string' && typeof metadata?.name === 'string';
}

/** @public */
export interface OpenCatalogOptions {
  /** `backend.baseUrl` of Backstage. */
  readonly backendUrl: string;
  /** Default: none, for a backend that does not need one. */
  readonly token?: string;
  readonly signal?: AbortSignal;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Waits between attempts. Default: a timer. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}

/** @internal */
export interface OpenCatalog {
  /** @throws {@link AuditError} when the catalog cannot be read */
  query(request: QueryEntitiesRequest): Promise<QueryEntitiesResponse>;
  /**
   * All values of a field in all entities.
   *
   * @throws {@link AuditError} when the catalog cannot be read
   */
  valuesOf(field: string): Promise<readonly string[]>;
}

/**
 * The catalog of a Backstage over HTTP.
 *
 * @internal
 */
export function openCatalog(options: OpenCatalogOptions): OpenCatalog {
  const { backendUrl, token } = options;
  const url = `${backendUrl.replace(/\/+$/, '')}/api/catalog`;
  const client = new CatalogClient({
    discoveryApi: { getBaseUrl: async () => url },
    fetchApi: { fetch: createCatalogFetch(options) },
  });
  return {
    async query(request) {
      try {
        const answer = await client.queryEntities(request, { token });
        if (Array.isArray(answer.items)) return answer;
      } catch (error) {
        throw explain(error, url, token !== undefined);
      }
      throw new AuditError(`The catalog at ${url} did not answer with a list of entities`);
    },
    async valuesOf(field) {
      try {
        const { facets } = await client.getEntityFacets({ facets: [field] }, { token });
        if (Array.isArray(facets?.[field])) return facets[field].map(({ value }) => value);
      } catch (error) {
        throw explain(error, url, token !== undefined);
      }
      throw new AuditError(`The catalog at ${url} did not answer with the values of ${field}`);
    },
  };
}

function explain(error: unknown, url: string, hasToken: boolean): AuditError {
  const status = (error as { statusCode?: unknown }).statusCode;
  if (status === 401 || status === 403) {
    const fix = hasToken
      ? 'the token in BACKSTAGE_TOKEN is not accepted, or may not read the catalog'
      : 'set BACKSTAGE_TOKEN to a token of backend.auth.externalAccess';
    return new AuditError(`The catalog at ${url} answered ${status}: ${fix}`);
  }
  const reason = typeof status === 'number' ? `it answered ${status}` : (error as Error).message;
  return new AuditError(`The catalog at ${url} cannot be read: ${reason}`);
}

const timeoutMs = 60_000;
const maxAttempts = 6;
const retryable = new Set([429, 502, 503, 504]);

/**
 * A `fetch` for the catalog client with a time limit, retries while the catalog is busy, and a clear
 * error for a response that is not JSON, such as the login page of a proxy.
 */
function createCatalogFetch(options: OpenCatalogOptions): typeof globalThis.fetch {
  const { signal } = options;
  const sleep = options.sleep ?? ((ms, end) => pause(ms, undefined, { signal: end }));
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  return async (input, init) => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await send(input, init);
      if (retryable.has(response.status) && attempt < maxAttempts && !signal?.aborted) {
        await response.body?.cancel();
        await sleep(delayOf(response, attempt), signal);
        continue;
      }
      const type = response.headers.get('content-type') ?? 'no content type';
      if (response.ok && !/\bjson\b/i.test(type)) {
        await response.body?.cancel();
        throw new Error(`it answered ${type.split(';')[0]} instead of JSON`);
      }
      return response;
    }
  };

  async function send(input: Parameters<typeof fetch>[0], init?: RequestInit) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    // The timer also covers the body, which is read later. It must not keep the process running.
    timer.unref();
    // Not a listener per request: a long list would leave thousands of them on the signal.
    const ends = AbortSignal.any([controller.signal, ...(signal ? [signal] : [])]);
    try {
      return await fetch(input, { ...init, redirect: 'manual', signal: ends });
    } catch (error) {
      if (signal?.aborted) throw error;
      if (controller.signal.aborted) throw new Error(`no answer within ${timeoutMs} ms`);
      const { cause } = error as { cause?: { code?: unknown } };
      throw new Error(`it is not reachable (${String(cause?.code ?? (error as Error).message)})`);
    }
  }
}

function delayOf(response: Response, attempt: number): number {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 500 * 2 ** attempt;
}
