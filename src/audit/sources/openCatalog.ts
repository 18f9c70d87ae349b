import { CatalogClient } from '@backstage/catalog-client';
import type { QueryEntitiesRequest, QueryEntitiesResponse } from '@backstage/catalog-client';
import { AuditError } from '../AuditError';
import { createCatalogFetch } from './createCatalogFetch';
import type { Sleep } from '../../shared';

/** @internal */
export interface OpenCatalogOptions {
  /** `backend.baseUrl` of Backstage. */
  readonly backendUrl: string;
  /** Default: none, for a backend that asks for none. */
  readonly token?: string;
  readonly signal?: AbortSignal;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Waits between attempts. Default: a timer. */
  readonly sleep?: Sleep;
}

/** @internal */
export interface OpenCatalog {
  /** @throws {@link AuditError} when the catalog cannot be asked */
  query(request: QueryEntitiesRequest): Promise<QueryEntitiesResponse>;
}

/**
 * The catalog of a Backstage, asked over HTTP.
 *
 * @internal
 */
export function openCatalog(options: OpenCatalogOptions): OpenCatalog {
  const { backendUrl, token, fetch, sleep, signal } = options;
  const url = `${backendUrl.replace(/\/+$/, '')}/api/catalog`;
  const client = new CatalogClient({
    discoveryApi: { getBaseUrl: async () => url },
    fetchApi: { fetch: createCatalogFetch({ fetch, sleep, signal }) },
  });
  return {
    async query(request) {
      try {
        const answer = await client.queryEntities(request, { token });
        if (Array.isArray(answer.items)) return answer;
      } catch (error) {
        throw explain(error, url, token !== undefined);
      }
      throw new AuditError(`The catalog at ${url} answered what is no list of entities`);
    },
  };
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
