import type { Entity } from '@backstage/catalog-model';
import { annotationOf } from './canonicalQuery';
import { ownProperty, readField } from './readField';
import type { UserQuery } from './UserQuery';

/**
 * The part of a user that identity needs: who it is, where it is a member, and what the local check
 * of this query looks at. Everything else costs memory a hundred thousand times.
 *
 * @internal
 */
export function identityOf(entity: Entity, query: UserQuery): Entity {
  const annotation = query.by === 'field' ? annotationOf(query.field) : undefined;
  const matched = query.by === 'field' ? readField(entity, query.field) : undefined;
  const email = readField(entity, 'spec.profile.email');
  // Not an entity at all; the local check says so.
  if (typeof ownProperty(entity, 'metadata') !== 'object' || !entity.metadata) return entity;
  const { apiVersion, kind, metadata, relations } = entity;
  return {
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(annotation && typeof matched === 'string' && { annotations: { [annotation]: matched } }),
    },
    ...(typeof email === 'string' && { spec: { profile: { email } } }),
    ...(Array.isArray(relations) && {
      relations: relations
        .filter(relation => relation.type === 'memberOf')
        .map(({ type, targetRef }) => ({ type, targetRef })),
    }),
  };
}
