import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogCaller } from './createCatalogCaller';
import type { AskMany } from './askTogether';
import { identityFields } from './identityFields';
import type { UserQuery } from './UserQuery';
import type { UserLookupFields } from './UserLookupFields';

/** @internal */
export type RefQuery = Extract<UserQuery, { by: 'ref' }>;

/**
 * Finds users by name. One ref goes by `getEntityByRef`, which costs the catalog the least; more go
 * by `getEntitiesByRefs`, where a hundred cost little more than one.
 *
 * @internal
 */
export function createRefFinder(
  catalog: CatalogCaller,
  fields: UserLookupFields,
): AskMany<RefQuery> {
  return async queries => {
    // Built from parts, never parsed: no text of a user can name another kind or namespace.
    const refs = queries.map(({ namespace, name }) => ({ kind: 'User', namespace, name }));
    if (refs.length === 1) return [present(await catalog.getEntityByRef(refs[0]!))];
    const { items } = await catalog.getEntitiesByRefs({
      // The catalog compares the text of refs, and those it keeps are lower case.
      entityRefs: refs.map(ref => stringifyEntityRef(ref)),
      fields: fields === 'identity' ? identityFields : undefined,
    });
    return refs.map((_, index) => present(items[index]));
  };
}

function present(entity: Entity | null | undefined): readonly Entity[] {
  return entity ? [entity] : [];
}
