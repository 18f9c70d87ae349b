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
  const { name, namespace = 'default' } = metadata;
  // Plain literals with all their keys: objects that grow afterwards take half as much again.
  return {
    apiVersion,
    kind,
    metadata:
      annotation && typeof matched === 'string'
        ? { name, namespace, annotations: { [annotation]: matched } }
        : { name, namespace },
    spec: typeof email === 'string' ? { profile: { email } } : {},
    relations: (Array.isArray(relations) ? relations : [])
      .filter(relation => relation.type === 'memberOf')
      .map(({ type, targetRef }) => ({ type, targetRef })),
  };
}
