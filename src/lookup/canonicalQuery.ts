import type { UserQuery } from './UserQuery';
import { foldAscii } from '../shared';

const annotationPrefix = 'metadata.annotations.';

/**
 * The catalog's search index holds neither keys nor values beyond this length, so that a longer
 * value finds nobody, and a body of one megabyte never travels.
 */
const maxLength = 200;

/** Control characters (PostgreSQL answers NUL with a 500, which would fail the neighbours) and lone surrogates. */
const unsafeInValue = /[\p{Cc}\p{Cs}]/u;

/** What no part of an entity ref can hold: separators of refs, URLs and filters, white space, invisible characters. */
const unsafeInName = /[\p{C}\p{Z}/:\\?#%,;&=]|^\.+$/u;

/**
 * The form of a query in which equal questions are equal, or `undefined` when no entity can answer
 * it. Everything below the lookup (cache keys, batches, the local check) sees only this form.
 *
 * @internal
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

/**
 * A key that two queries share only when they ask the same. A line feed separates its parts: no
 * answerable query contains one, so a key of an answerable query has exactly two.
 *
 * @internal
 */
export function queryKey(query: UserQuery): string {
  return query.by === 'ref'
    ? `r\n${foldAscii(query.namespace)}\n${foldAscii(query.name)}`
    : `f\n${query.field}\n${foldAscii(query.value)}`;
}

/** @internal */
export function annotationOf(field: string): string | undefined {
  return field.startsWith(annotationPrefix) ? field.slice(annotationPrefix.length) : undefined;
}

function isName(part: string): boolean {
  return part !== '' && part.length <= maxLength && !unsafeInName.test(part);
}

function isKnownField(field: string): boolean {
  if (field === 'metadata.name' || field === 'spec.profile.email') return true;
  return Boolean(annotationOf(field)) && field.length <= maxLength && !unsafeInValue.test(field);
}
