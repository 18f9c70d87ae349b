import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogCaller } from './catalog';
import type { CatalogUserLookup } from './CatalogUserLookup';

/** The kinds that can own things. Backstage reads an `owner` without a kind as a group. */
export const ownerKinds = ['User', 'Group'];

export function ownerRefs({ namespace, name }: { namespace: string; name: string }): string[] {
  return ownerKinds.map(kind => stringifyEntityRef({ kind, namespace, name }));
}

/** Makes `isNameTaken` of a lookup: asks the catalog each time. */
export function createNameCheck(
  call: CatalogCaller,
): NonNullable<CatalogUserLookup['isNameTaken']> {
  return ref =>
    call(async ask => {
      const entityRefs = ownerRefs(ref);
      const filter = { 'relations.ownedBy': entityRefs };
      const [owners, owned] = await Promise.all([
        ask('refs', entityRefs.length, (client, as) =>
          client.getEntitiesByRefs({ entityRefs, fields: ['kind', 'metadata.name'] }, as),
        ),
        ask('filter', 1, (client, as) =>
          client.queryEntities({ filter, fields: ['kind', 'metadata.name'], limit: 1 }, as),
        ),
      ]);
      if (owners.items.length !== entityRefs.length) {
        throw new Error('the catalog did not answer whether the name is taken');
      }
      return owners.items.some(Boolean) || owned.items.length > 0;
    });
}
