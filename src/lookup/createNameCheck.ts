import { stringifyEntityRef } from '@backstage/catalog-model';
import { withTimeout } from '../shared';
import type { CatalogUserLookup } from './CatalogUserLookup';
import type { CatalogCaller } from './createCatalogCaller';

/** What a name may be owned under. Backstage reads an `owner` without a kind as a group. */
const ownerKinds = ['User', 'Group'];

/** @internal */
export function ownerRefs({ namespace, name }: { namespace: string; name: string }): string[] {
  return ownerKinds.map(kind => stringifyEntityRef({ kind, namespace, name }));
}

/**
 * Makes `isNameTaken` of a lookup: asks the catalog each time.
 *
 * @internal
 */
export function createNameCheck(
  catalog: CatalogCaller,
  timeoutMs: number,
): NonNullable<CatalogUserLookup['isNameTaken']> {
  return async ref => {
    const refs = ownerRefs(ref);
    const [owners, owned] = await withTimeout(
      () =>
        Promise.all([
          catalog.getEntitiesByRefs({ entityRefs: refs, fields: ['kind'] }),
          catalog.queryEntities({
            filter: { 'relations.ownedBy': refs },
            fields: ['kind'],
            limit: 1,
          }),
        ]),
      { timeoutMs },
    );
    // Whatever stands in front of the catalog may answer too, and then nobody has said "free".
    if (owners.items?.length !== refs.length || !Array.isArray(owned.items)) {
      throw new Error('the catalog did not answer whether the name is taken');
    }
    return owners.items.some(Boolean) || owned.items.length > 0;
  };
}
