import { annotationOf } from './canonicalQuery';

/**
 * The value of a matchable field, read from own properties only, so that `__proto__` and
 * `constructor` are names like any other. Survives any shape of entity.
 *
 * @internal
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

/** @internal */
export function ownProperty(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
