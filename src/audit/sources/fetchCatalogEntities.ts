import { CatalogClient } from '@backstage/catalog-client';
import type { QueryEntitiesResponse } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import type { Sleep } from '../../http';
import { AuditError } from '../AuditError';
import { createCatalogFetch } from './createCatalogFetch';
import { createEntityCollector } from './createEntityCollector';
import type { SourceResult } from './SourceResult';

/** @internal */
export interface FetchCatalogEntitiesOptions {
  /** `backend.baseUrl` of Backstage. */
  readonly backendUrl: string;
  /** Default: none, for a backend that asks for none. */
  readonly token?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (read: number, total: number) => void;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Waits between attempts. Default: a timer. */
  readonly sleep?: Sleep;
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
 * Reads all `User` and `Group` entities of a catalog. Its pages follow a cursor and not a position,
 * so that a change underneath moves nothing.
 *
 * @throws {@link AuditError} when the catalog cannot be asked
 * @internal
 */
export async function fetchCatalogEntities(
  options: FetchCatalogEntitiesOptions,
): Promise<SourceResult<Entity>> {
  const { backendUrl, token, signal, onProgress, pageSize: limit = 500 } = options;
  const catalogUrl = `${backendUrl.replace(/\/+$/, '')}/api/catalog`;
  const catalog = new CatalogClient({
    discoveryApi: { getBaseUrl: async () => catalogUrl },
    fetchApi: { fetch: createCatalogFetch({ fetch: options.fetch, sleep: options.sleep, signal }) },
  });
  const collector = createEntityCollector();
  let read = 0;
  let total = 0;
  let cursor: string | undefined;
  try {
    do {
      const answer: QueryEntitiesResponse = await catalog.queryEntities(
        cursor
          ? { cursor, limit, fields }
          : { filter: [{ kind: 'user' }, { kind: 'group' }], limit, fields },
        { token },
      );
      if (!Array.isArray(answer.items)) throw new Error('it answered what is no list of entities');
      read += answer.items.length;
      total = Math.max(answer.totalItems ?? 0, read);
      for (const entity of answer.items) collector.add(entity);
      onProgress?.(read, total);
      cursor = answer.pageInfo.nextCursor;
    } while (cursor);
  } catch (error) {
    if (!signal?.aborted) throw explain(error, catalogUrl, token !== undefined);
    const missing = `the catalog's entities after the first ${read}${total ? ` of ${total}` : ''}`;
    return { items: collector.entities(), notes: [], missing };
  }
  return { items: collector.entities(), notes: [] };
}

function explain(error: unknown, url: string, hasToken: boolean): AuditError {
  const status = (error as { statusCode?: unknown }).statusCode;
  if (status === 401 || status === 403) {
    const mend = hasToken
      ? 'the token in BACKSTAGE_TOKEN is not accepted, or may not read the catalog'
      : 'set BACKSTAGE_TOKEN to a token of backend.auth.externalAccess';
    return new AuditError(`The catalog at ${url} answered ${status}: ${mend}`);
  }
  const reason = typeof status === 'number' ? `it answered ${status}` : (error as Error).message;
  return new AuditError(`The catalog at ${url} cannot be read: ${reason}`);
}
