import type { Entity } from '@backstage/catalog-model';
import { annotationOf } from './canonicalQuery';
import { foldAscii } from '../shared';
import { ownProperty, readField } from './readField';
import type { UserQuery } from './UserQuery';

/**
 * The part of a user that identity needs: who it is, whose account it names, where it is a member, and
 * what the local check of this query looks at. Everything else costs memory a hundred thousand times.
 *
 * @internal
 */
export function identityOf(entity: Entity, query: UserQuery): Entity {
  const matched = query.by === 'field' ? annotationOf(query.field) : undefined;
  const email = readField(entity, 'spec.profile.email');
  // Not an entity at all; the local check says so.
  if (typeof ownProperty(entity, 'metadata') !== 'object' || !entity.metadata) return entity;
  const { apiVersion, kind, metadata, relations } = entity;
  const { name, namespace = 'default' } = metadata;
  // Also those that name an account, in any case of letters: an entity of another account is refused.
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => key === matched || foldAscii(key).endsWith('/user-id'),
  );
  // Plain literals with all their keys: objects that grow afterwards take half as much again.
  return {
    apiVersion,
    kind,
    metadata:
      annotations.length > 0
        ? { name, namespace, annotations: Object.fromEntries(annotations) }
        : { name, namespace },
    spec: typeof email === 'string' ? { profile: { email } } : {},
    relations: (Array.isArray(relations) ? relations : [])
      .filter(relation => relation.type === 'memberOf')
      .map(({ type, targetRef }) => ({ type, targetRef })),
  };
}
