import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { RejectedCandidate, UserLookupAnswer } from './CatalogUserLookup';
import { annotationOf, ownProperty, readField } from './UserQuery';
import type { UserQuery } from './UserQuery';
import { foldAscii } from '../shared';

/** @internal */
export type EntitiesAnswer = Extract<UserLookupAnswer, { type: 'entities' }>;

/**
 * Lets only candidates through that answer the query, each entity once. A catalog folds all of
 * Unicode and may be wrong in other ways; whatever it offers, nobody is signed in as an entity that
 * does not pass this.
 *
 * @internal
 */
export function verifyCandidates(candidates: readonly Entity[], query: UserQuery): EntitiesAnswer {
  const accepted = new Map<string, Entity>();
  const rejected: RejectedCandidate[] = [];
  for (const entity of candidates) {
    const reason = mismatchReason(entity, query);
    if (reason === undefined) accepted.set(stringifyEntityRef(entity), entity);
    else rejected.push({ entityRef: describe(entity), reason });
  }
  const entities = [...accepted.values()];
  return rejected.length > 0
    ? { type: 'entities', entities, rejected }
    : { type: 'entities', entities };
}

/**
 * Why an entity does not answer the query; `undefined` when it does: it is of kind `User`, it has a
 * name, and what was asked for is really there.
 *
 * @internal
 */
export function mismatchReason(entity: unknown, query: UserQuery): string | undefined {
  const kind = ownProperty(entity, 'kind');
  if (typeof kind !== 'string' || foldAscii(kind) !== 'user') return 'it is not of kind User';
  const metadata = ownProperty(entity, 'metadata');
  const name = ownProperty(metadata, 'name');
  const namespace = ownProperty(metadata, 'namespace') ?? 'default';
  if (typeof name !== 'string' || typeof namespace !== 'string') return 'it has no valid name';
  if (query.by === 'field') {
    const actual = readField(entity, query.field);
    if (typeof actual !== 'string') return `its ${query.field} is not a string`;
    return isEqual(actual, query.value) ? undefined : `its ${query.field} is another one`;
  }
  if (!isEqual(namespace, query.namespace)) return 'its namespace is another one';
  return isEqual(name, query.name) ? undefined : 'its name is another one';
}

function isEqual(actual: string, wanted: string): boolean {
  return actual !== '' && (actual === wanted || foldAscii(actual) === foldAscii(wanted));
}

function describe(entity: Entity): string {
  try {
    return stringifyEntityRef(entity);
  } catch {
    // Not an entity at all: there is no ref to name it by, and that is all there is to say.
    return 'unknown';
  }
}

/**
 * The part of a verified user that identity needs: who it is, where it is a member, and what was
 * matched. Everything else costs memory a hundred thousand times.
 *
 * @internal
 */
export function identityOf(entity: Entity, query: UserQuery): Entity {
  const matched = query.by === 'field' ? annotationOf(query.field) : undefined;
  const email = readField(entity, 'spec.profile.email');
  const { apiVersion, kind, metadata, relations } = entity;
  const { name, namespace = 'default' } = metadata;
  // Also those that name an account, in any case of letters: an entity of another account is refused.
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => key === matched || foldAscii(key).endsWith('/user-id'),
  );
  return {
    apiVersion,
    kind,
    metadata:
      annotations.length > 0
        ? { name, namespace, annotations: Object.fromEntries(annotations) }
        : { name, namespace },
    spec: typeof email === 'string' ? { profile: { email } } : {},
    relations: (Array.isArray(relations) ? relations : [])
      .filter(relation => relation?.type === 'memberOf')
      .map(({ type, targetRef }) => ({ type, targetRef })),
  };
}

/** Keys whose values are the same for many entities: one text each instead of one per entity. */
const commonKeys = new Set(['apiVersion', 'kind', 'namespace', 'type', 'targetRef']);

/** Far more than any company has groups; a bound all the same. */
const maxTexts = 50_000;

/**
 * Makes deep copies of JSON-like data that nobody can change, so that what one caller does to an
 * entity never reaches the next one. Copies, because an in-process catalog hands out objects of its
 * own; with shared texts, because a hundred thousand people are members of the same few groups.
 *
 * @internal
 */
export function createFrozenCopier(): <T>(value: T) => T {
  const texts = new Map<string, string>();

  function share(text: string): string {
    const known = texts.get(text);
    if (known === undefined && texts.size < maxTexts) texts.set(text, text);
    return known ?? text;
  }

  function copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return Object.freeze(value.map(copy));
    const result = { ...value } as Record<string, unknown>;
    for (const key of Object.keys(result)) {
      const item = result[key];
      if (typeof item === 'object') result[key] = copy(item);
      else if (typeof item === 'string' && commonKeys.has(key)) result[key] = share(item);
    }
    return Object.freeze(result);
  }

  return <T>(value: T) => copy(value) as T;
}
