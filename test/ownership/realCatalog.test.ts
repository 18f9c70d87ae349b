import type { Entity } from '@backstage/catalog-model';
import { createTransitiveGroups } from '../../src/ownership';
import { startCatalogBackend } from '../lookup/support/startCatalogBackend';
import type { CatalogBackend } from '../lookup/support/startCatalogBackend';

function groupEntity(name: string, parent?: string, namespace = 'default'): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name, namespace },
    spec: { type: 'team', children: [], ...(parent ? { parent } : {}) },
  };
}

const groups = [
  groupEntity('Squad', 'tribe'),
  groupEntity('tribe', 'corp/Division'),
  groupEntity('Division', 'default/tribe', 'corp'),
  groupEntity('alone'),
];

describe('transitive groups of a real catalog, over HTTP', () => {
  let backend: CatalogBackend;

  /** Relations come in the background and there is no event for it, so the catalog has to be asked. */
  async function untilStitched() {
    const credentials = await backend.auth.getOwnServiceCredentials();
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { items } = await backend.catalog.getEntities({}, { credentials });
      const related = items.filter(({ relations }) => relations && relations.length > 0);
      if (related.length === 3) return;
      if (Date.now() > deadline) throw new Error(`the catalog has only ${JSON.stringify(items)}`);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  beforeAll(async () => {
    backend = await startCatalogBackend(groups);
    await untilStitched();
  });

  afterAll(() => backend.stop());

  it('follows parents over namespaces and letter case, and ends in a cycle', async () => {
    const asked = jest.spyOn(backend.catalog, 'getEntitiesByRefs');
    const extend = createTransitiveGroups({ catalog: backend.catalog, auth: backend.auth });
    const direct = ['user:default/ada', 'group:default/squad', 'group:default/alone'];
    const all = [...direct, 'group:default/tribe', 'group:corp/division'];
    expect(await extend(direct)).toEqual(all);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(await extend(direct)).toEqual(all);
    expect(asked).toHaveBeenCalledTimes(3);
  });
});
