import type { CatalogApi } from '@backstage/catalog-client';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import type { Entity } from '@backstage/catalog-model';

type Method = 'getEntities' | 'getEntitiesByRefs' | 'queryEntities';
/** `any`, because each method has its own. */
type Replacement = (request: any, goOn: () => Promise<unknown>) => unknown;
/** `any`, because each method has its own. */
type Call = { readonly method: Method; readonly request: any; readonly options: any };

/** A catalog in memory that records what it is asked, and in which single methods can be replaced. */
export function recordingCatalog(
  entities: readonly Entity[],
  replaced: Partial<Record<Method, Replacement>> = {},
) {
  let memory = new InMemoryCatalogClient({ entities: [...entities] });
  const calls: Call[] = [];
  const method = (name: Method) => async (request: never, options: unknown) => {
    calls.push({ method: name, request, options });
    const goOn = async () => memory[name](request);
    const replacement = replaced[name];
    return replacement ? replacement(request, goOn) : goOn();
  };
  return {
    // Three of the client's methods are all that is called.
    catalog: {
      getEntities: method('getEntities'),
      getEntitiesByRefs: method('getEntitiesByRefs'),
      queryEntities: method('queryEntities'),
    } as unknown as CatalogApi,
    calls,
    replaced,
    /** The methods that were called since the last time. */
    takeMethods: () => calls.splice(0).map(call => call.method),
    /** The catalog has changed. */
    replaceEntities(others: readonly Entity[]) {
      memory = new InMemoryCatalogClient({ entities: [...others] });
    },
  };
}
