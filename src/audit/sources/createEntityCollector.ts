import { DEFAULT_NAMESPACE, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { foldAscii } from '../../shared';

/** @internal */
export interface EntityCollector {
  /** @returns what is wrong with the entity, or `undefined` */
  add(entity: unknown): string | undefined;
  readonly entities: () => readonly Entity[];
}

/**
 * Gathers `User` and `Group` entities, each ref once: of two the first counts, as in a catalog.
 *
 * @internal
 */
export function createEntityCollector(): EntityCollector {
  const entities = new Map<string, Entity>();
  return {
    add(value) {
      const problem = problemOf(value);
      if (problem) return problem;
      const entity = value as Entity;
      if (!['user', 'group'].includes(foldAscii(entity.kind))) return undefined;
      const ref = stringifyEntityRef(entity);
      if (entities.has(ref)) return `${ref} is there twice; the first one counts`;
      entities.set(ref, slim(entity));
      return undefined;
    },
    entities: () => [...entities.values()],
  };
}

function problemOf(value: unknown): string | undefined {
  const { kind, metadata } = (value ?? {}) as { kind?: unknown; metadata?: unknown };
  const { name, namespace } = (metadata ?? {}) as { name?: unknown; namespace?: unknown };
  if (typeof kind !== 'string') return 'has no "kind", so it is no entity';
  if (typeof name !== 'string' || name === '') return 'has no "metadata.name", so it is no entity';
  return namespace === undefined || typeof namespace === 'string'
    ? undefined
    : 'has a "metadata.namespace" that is no text';
}

/** Relations and the like of 50,000 entities are megabytes, and nobody is matched by them. */
function slim({ apiVersion, kind, metadata, spec }: Entity): Entity {
  const { name, namespace = DEFAULT_NAMESPACE, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, annotations },
    spec: { profile: spec?.profile },
  };
}
