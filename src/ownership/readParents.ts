import { RELATION_CHILD_OF, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';

/**
 * The parents of a group that the catalog answered with.
 *
 * @returns `undefined` when there is no such group
 * @throws `Error` when the catalog answered with another entity than the one that was asked for
 * @internal
 */
export function readParents(
  entity: Entity | null | undefined,
  groupRef: string,
): readonly string[] | undefined {
  if (!entity) return undefined;
  const actualRef = stringifyEntityRef(entity);
  if (actualRef !== groupRef) {
    throw new Error(`the catalog was asked for ${groupRef} and answered ${actualRef}`);
  }
  return (entity.relations ?? [])
    .filter(({ type, targetRef }) => type === RELATION_CHILD_OF && targetRef.startsWith('group:'))
    .map(({ targetRef }) => targetRef);
}
