import type { QueryEntitiesResponse } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import { createEntityCollector } from './collectors';
import type { SourceResult } from './collectors';
import { openCatalog } from './openCatalog';
import type { OpenCatalogOptions } from './openCatalog';

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
 * Reads all `User` and `Group` entities of a catalog. Its pages follow a cursor and not a position,
 * so that a change underneath moves nothing.
 *
 * @throws {@link AuditError} when the catalog cannot be asked
 * @public
 */
export async function fetchCatalogEntities(
  options: FetchCatalogEntitiesOptions,
): Promise<SourceResult<Entity>> {
  const { signal, onProgress, pageSize: limit = 500 } = options;
  const catalog = openCatalog(options);
  const collector = createEntityCollector();
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
      for (const entity of answer.items) collector.add(entity);
      onProgress?.(read, total);
      cursor = answer.pageInfo.nextCursor;
    } while (cursor);
  } catch (error) {
    if (!signal?.aborted) throw error;
    const missing = `the catalog's entities after the first ${read}${total ? ` of ${total}` : ''}`;
    return { items: collector.entities(), notes: [], missing };
  }
  return { items: collector.entities(), notes: [] };
}
