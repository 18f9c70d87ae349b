import { DEFAULT_NAMESPACE, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';

/**
 * What a source gave.
 *
 * @public
 */
export interface SourceResult<T> {
  readonly items: readonly T[];
  /** What a reader of the report should know. */
  readonly notes: readonly string[];
  /** What is not there because the run was interrupted. */
  readonly missing?: string;
}

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
      if (!['user', 'group'].includes(entity.kind.toLowerCase())) return undefined;
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

/** @internal */
export interface UserCollector {
  /** Adds what is new, and replaces what is known already by what was read last. */
  add(payload: unknown): void;
  readonly users: () => readonly unknown[];
  readonly size: () => number;
}

/**
 * Gathers users from pages and files, each once: by id, and where a payload has none, by itself.
 *
 * @internal
 */
export function createUserCollector(): UserCollector {
  const users = new Map<unknown, unknown>();
  return {
    add(payload) {
      users.set(keyOfUser(payload), slimUser(payload));
    },
    users: () => [...users.values()],
    size: () => users.size,
  };
}

/**
 * What a user is known again by.
 *
 * @internal
 */
export function keyOfUser(payload: unknown): unknown {
  const id = (payload as { id?: unknown } | null)?.id;
  return typeof id === 'number' ? id : JSON.stringify(payload);
}

const userKeys = [
  'id',
  'name',
  'slug',
  'displayName',
  'emailAddress',
  'active',
  'type',
  'directoryName',
  'mutableDetails',
  'lastAuthenticationTimestamp',
];

/** The same of users: links and the like are megabytes. */
function slimUser(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  return Object.fromEntries(
    userKeys.flatMap(key =>
      Object.hasOwn(payload, key) ? [[key, (payload as Record<string, unknown>)[key]]] : [],
    ),
  );
}
