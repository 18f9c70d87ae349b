import { mockServices } from '@backstage/backend-test-utils';
import type { CatalogApi } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';

/** A group as the catalog presents it. */
export function group(name: string, parents: readonly string[] = []): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name, namespace: 'default' },
    spec: { type: 'team', children: [] },
    relations: [
      ...parents.map(parent => ({ type: 'childOf', targetRef: `group:default/${parent}` })),
      { type: 'parentOf', targetRef: 'group:default/some-child' },
      { type: 'hasMember', targetRef: 'user:default/someone' },
      { type: 'childOf', targetRef: 'domain:default/no-group' },
    ],
  };
}

export const ref = (name: string) => `group:default/${name}`;

/** A catalog of groups that counts what it is asked, and can fail. */
export function createGroupCatalog(groups: readonly Entity[]) {
  const requests: string[][] = [];
  const state: {
    fail?: Error;
    gate?: Promise<void>;
    answer?: (items: (Entity | undefined)[]) => (Entity | undefined)[];
  } = {};
  const byRef = new Map(groups.map(entity => [ref(entity.metadata.name), entity]));
  const catalog: Pick<CatalogApi, 'getEntitiesByRefs'> = {
    async getEntitiesByRefs({ entityRefs }) {
      requests.push([...entityRefs]);
      await state.gate;
      if (state.fail) throw state.fail;
      const items = entityRefs.map(entityRef => byRef.get(entityRef));
      return { items: state.answer?.(items) ?? items };
    },
  };
  return {
    catalog: catalog as CatalogApi,
    auth: mockServices.auth(),
    requests,
    state,
    put: (entity: Entity) => byRef.set(ref(entity.metadata.name), entity),
  };
}
