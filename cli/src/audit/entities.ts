import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { SourcedEntity } from '../findings';
import type { UserQueryField } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { groupBy } from '../groupBy';

/** @internal */
export function isKind({ kind }: Entity, wanted: 'user' | 'group'): boolean {
  return kind.toLowerCase() === wanted;
}

/**
 * The value of a field that people are matched by. Names such as `__proto__` are like any other.
 *
 * @internal
 */
export function readField(entity: Entity, field: UserQueryField): unknown {
  if (field === 'metadata.name') return entity.metadata.name;
  if (field === 'spec.profile.email') {
    return (entity.spec?.profile as { email?: unknown } | undefined)?.email;
  }
  // A file may hold an empty "annotations:".
  const annotations = entity.metadata.annotations ?? {};
  const key = field.slice('metadata.annotations.'.length);
  return Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}

/**
 * The form in which what was mistyped looks the same: compatibility forms, the case of all of
 * Unicode, white space and invisible characters are gone. For hints only; nothing is matched by it.
 *
 * @internal
 */
export function loosen(value: string): string {
  return value
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .toLowerCase();
}

/**
 * The refs of which it is not known what the catalog keeps: more than one of the entities has it, or
 * another one with it is rejected.
 *
 * @internal
 */
export function contestedRefs(entities: readonly SourcedEntity[]): ReadonlySet<string> {
  const groups = groupBy(entities, entity => stringifyEntityRef(entity));
  return new Set(
    [...groups].flatMap(([ref, group]) => (group.length > 1 || group[0]!.isUncertain ? ref : [])),
  );
}
