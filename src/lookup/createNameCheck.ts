import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogUserLookup } from './CatalogUserLookup';
import type { createCatalogCaller } from './catalog';

/**
 * What a name may own things as. Backstage reads an `owner` without a kind as a group.
 *
 * @internal
 */
export const ownerKinds = ['User', 'Group'];

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
  call: ReturnType<typeof createCatalogCaller>,
): NonNullable<CatalogUserLookup['isNameTaken']> {
  return async ref => {
    const refs = ownerRefs(ref);
    const owned = {
      filter: { 'relations.ownedBy': refs },
      fields: ['kind', 'metadata.name'],
      limit: 1,
    };
    const [owners, possessions] = await call(ask =>
      Promise.all([
        ask('refs', refs.length, (client, as) =>
          client.getEntitiesByRefs({ entityRefs: refs, fields: ['kind', 'metadata.name'] }, as),
        ),
        ask('filter', refs.length, (client, as) => client.queryEntities(owned, as)),
      ]),
    );
    // Whatever stands in front of the catalog may answer too, and then nobody has said "free".
    if (owners.items.length !== refs.length) {
      throw new Error('the catalog did not answer whether the name is taken');
    }
    return owners.items.some(Boolean) || possessions.items.length > 0;
  };
}
