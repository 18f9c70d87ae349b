import type { QueryEntitiesResponse } from '@backstage/catalog-client';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { AuditError } from '../AuditError';
import { slimEntity } from './collectors';
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
 * The refs that own anything in a catalog, of whatever kind. With
 * `dangerouslyAllowSignInWithoutUserInCatalog`, nobody signs in under one of these.
 *
 * @throws {@link AuditError} when the catalog cannot be asked
 * @public
 */
export async function fetchCatalogOwners(options: OpenCatalogOptions): Promise<readonly string[]> {
  return openCatalog(options).valuesOf('relations.ownedBy');
}

function isEntity(value: unknown): value is Entity {
  const { kind, metadata } = (value ?? {}) as { kind?: unknown; metadata?: { name?: unknown } };
  return typeof kind === 'string' && typeof metadata?.name === 'string';
}
