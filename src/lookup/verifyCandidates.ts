import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { UserLookupAnswer } from './CatalogUserLookup';
import { annotationOf, isName, ownProperty, readField } from './UserQuery';
import type { UserQuery } from './UserQuery';
import { foldAscii } from '../shared';

export type EntitiesAnswer = Extract<UserLookupAnswer, { type: 'entities' }>;

/**
 * Keeps only candidates that match the query, each entity once. The catalog ignores case in all of
 * Unicode, and may be wrong in other ways. Nobody signs in as an entity that fails this check.
 *
 * @param reject - a further reason to refuse an entity that matches
 */
export function verifyCandidates(
  candidates: readonly Entity[],
  query: UserQuery,
  reject?: (entity: Entity) => string | undefined,
): EntitiesAnswer {
  const accepted = new Map<string, Entity>();
  const rejected: { entityRef: string; reason: string }[] = [];
  for (const entity of candidates) {
    const reason = mismatchReason(entity, query) ?? reject?.(entity);
    if (reason === undefined) accepted.set(stringifyEntityRef(entity), entity);
    else rejected.push({ entityRef: describeRef(entity), reason });
  }
  return {
    type: 'entities',
    entities: [...accepted.values()],
    ...(rejected.length > 0 && { rejected }),
  };
}

/**
 * Why an entity does not match the query, or `undefined` when it does: it is of kind `User`, it has
 * a name, and it has the value that was asked for.
 */
export function mismatchReason(entity: unknown, query: UserQuery): string | undefined {
  const kind = ownProperty(entity, 'kind');
  if (typeof kind !== 'string' || foldAscii(kind) !== 'user') return 'it is not of kind User';
  const metadata = ownProperty(entity, 'metadata');
  const name = ownProperty(metadata, 'name');
  const namespace = ownProperty(metadata, 'namespace') ?? 'default';
  // With a "/" in it, two entities could have one ref.
  if (!isName(name) || !isName(namespace)) return 'it has no valid name';
  if (query.by === 'field') {
    const actual = readField(entity, query.field);
    if (typeof actual !== 'string') return `its ${query.field} is not a string`;
    return isEqual(actual, query.value) ? undefined : `its ${query.field} is different`;
  }
  if (!isEqual(namespace, query.namespace)) return 'its namespace is different';
  return isEqual(name, query.name) ? undefined : 'its name is different';
}

function isEqual(actual: string, wanted: string): boolean {
  return actual !== '' && (actual === wanted || foldAscii(actual) === foldAscii(wanted));
}

/**
 * The ref of whatever was offered as an entity, for a log or a terminal; `unknown` for what cannot
 * have one.
 */
export function describeRef(entity: unknown): string {
  const metadata = ownProperty(entity, 'metadata');
  const kind = ownProperty(entity, 'kind');
  const namespace = ownProperty(metadata, 'namespace') ?? 'default';
  const name = ownProperty(metadata, 'name');
  if (!isName(kind) || !isName(namespace) || !isName(name)) return 'unknown';
  return stringifyEntityRef({ kind, namespace, name });
}

/**
 * The part of a verified user that a sign-in needs: its ref, its memberships, and the value that was
 * matched. The rest would cost memory for each of a hundred thousand users.
 */
export function identityOf(entity: Entity, query: UserQuery): Entity {
  const matched = query.by === 'field' ? annotationOf(query.field) : undefined;
  const email = readField(entity, 'spec.profile.email');
  const { apiVersion, kind, metadata, relations } = entity;
  const { name, namespace = 'default' } = metadata;
  // Also those that name an account, in any letter case: an entity of another account is refused.
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

/** Keys that have the same value in many entities, whose strings are therefore shared. */
const commonKeys = new Set(['apiVersion', 'kind', 'namespace', 'type', 'targetRef']);

/** Limits the memory. No company has more groups. */
const maxTexts = 50_000;

/**
 * Makes frozen deep copies of JSON-like data, so that one caller cannot change an entity for the
 * next one. Copies, because an in-process catalog returns its own objects. Equal strings are
 * shared, because a hundred thousand people are members of the same few groups.
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
