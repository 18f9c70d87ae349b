import { stringifyEntityRef } from '@backstage/catalog-model';
import { foldAscii } from '../shared';

/**
 * A question of a matcher to the catalog. Kind `User` is implied and cannot be changed.
 *
 * `ref` names one entity by its parts. `field` asks for every `User` whose field equals the value:
 * `metadata.name` (any namespace), `spec.profile.email`, or `metadata.annotations.<key>`.
 *
 * @public
 */
export type UserQuery =
  | { readonly by: 'ref'; readonly namespace: string; readonly name: string }
  | { readonly by: 'field'; readonly field: UserQueryField; readonly value: string };

/**
 * The fields of a `User` entity that can be matched.
 *
 * @public
 */
export type UserQueryField =
  'metadata.name' | 'spec.profile.email' | `metadata.annotations.${string}`;

export type RefQuery = Extract<UserQuery, { by: 'ref' }>;

export type FieldQuery = Extract<UserQuery, { by: 'field' }>;

const annotationPrefix = 'metadata.annotations.';

/**
 * The catalog's search index holds neither keys nor values beyond this length, so a longer value is
 * not sent at all.
 */
const maxLength = 200;

/**
 * Control characters (PostgreSQL answers NUL with a 500, which would fail the whole request) and
 * lone surrogates.
 */
const unsafeInValue = /[\p{Cc}\p{Cs}]/u;

/**
 * Characters that an entity ref cannot contain: separators of refs, URLs and filters, white space,
 * invisible characters.
 */
const unsafeInName = /[\p{C}\p{Z}/:\\?#%,;&=]|^\.+$/u;

/**
 * The canonical form of a query, which is the same for equal queries; `undefined` when no entity can
 * match it. Cache keys, requests and the local check use only this form.
 */
export function canonicalQuery(query: UserQuery): UserQuery | undefined {
  if (query.by === 'ref') {
    const namespace = foldAscii(query.namespace);
    const name = foldAscii(query.name);
    return isName(namespace) && isName(name) ? { by: 'ref', namespace, name } : undefined;
  }
  const value = foldAscii(query.value);
  if (!isKnownField(query.field) || value === '' || value.length > maxLength) return undefined;
  return unsafeInValue.test(value) ? undefined : { by: 'field', field: query.field, value };
}

/** Whether a value can be a part of an entity ref: its kind, namespace or name. */
export function isName(part: unknown): part is string {
  if (typeof part !== 'string') return false;
  return part !== '' && part.length <= maxLength && !unsafeInName.test(part);
}

function isKnownField(field: string): boolean {
  if (field === 'metadata.name' || field === 'spec.profile.email') return true;
  return Boolean(annotationOf(field)) && field.length <= maxLength && !unsafeInValue.test(field);
}

/**
 * A key that is equal only for equal canonical queries. A line feed separates its parts: no
 * canonical query contains one.
 */
export function queryKey(query: UserQuery): string {
  return query.by === 'ref'
    ? `r\n${query.namespace}\n${query.name}`
    : `f\n${query.field}\n${query.value}`;
}

/**
 * Whether a key and a value keep their meaning in the catalog's `filter` parameter: a comma-separated
 * list without escaping, whose parts are trimmed.
 *
 * A value may hold `=`, because the catalog splits at the first one only; a key may not.
 *
 * @see https://backstage.io/docs/features/software-catalog/software-catalog-api#filtering
 */
export function isFilterSafe(field: string, value: string): boolean {
  const isSafe = (text: string) => text !== '' && !text.includes(',') && text.trim() === text;
  return !field.includes('=') && isSafe(field) && isSafe(value);
}

/**
 * The value of a field, read from own properties only, so that `__proto__` and `constructor` are names
 * like any other. Accepts any value as the entity.
 */
export function readField(entity: unknown, field: string): unknown {
  const metadata = ownProperty(entity, 'metadata');
  if (field === 'metadata.name') return ownProperty(metadata, 'name');
  if (field === 'spec.profile.email') {
    return ownProperty(ownProperty(ownProperty(entity, 'spec'), 'profile'), 'email');
  }
  const annotation = annotationOf(field);
  return annotation ? ownProperty(ownProperty(metadata, 'annotations'), annotation) : undefined;
}

export function annotationOf(field: string): string | undefined {
  return field.startsWith(annotationPrefix) ? field.slice(annotationPrefix.length) : undefined;
}

export function ownProperty(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** The kinds that can own things. Backstage reads an `owner` without a kind as a group. */
export const ownerKinds = ['User', 'Group'];

export function ownerRefs(ref: { readonly namespace: string; readonly name: string }): string[] {
  return ownerKinds.map(kind => stringifyEntityRef({ kind, ...ref }));
}
