import type { CatalogCaller } from './createCatalogCaller';
import { createPredicateSearch } from './createPredicateSearch';
import { isFilterSafe } from './isFilterSafe';
import type { Search } from './Search';

/** Keeps the address of a request under 8 kB, the bound of common proxies. */
const valuesPerFilter = 25;

/**
 * Asks for exactly the values, in the way that is right for them.
 *
 * One value that is safe in a filter goes by `getEntities`, the request that Backstage itself makes.
 * All else goes by the predicate endpoint, where values are JSON and mean only themselves. A catalog
 * or client without it is noticed once; from then on filters carry the values that are safe in one,
 * and the others find nobody.
 *
 * @internal
 */
export function createExactSearch(catalog: CatalogCaller): Search {
  const predicateSearch = createPredicateSearch(catalog);
  let hasPredicates = true;

  return async request => {
    const safe = request.values.filter(value => isFilterSafe(request.field, value));
    if (hasPredicates && (request.values.length > 1 || safe.length === 0)) {
      const found = await predicateSearch(request);
      if (found) return found;
      // A catalog that is starting also answers 404: believe it only once the filter works.
      if (safe.length === 0) await catalog.getEntities({ filter: { kind: 'User' }, limit: 1 });
      const filtered = await byFilter(safe);
      hasPredicates = false;
      return filtered;
    }
    return byFilter(safe);

    async function byFilter(values: readonly string[]) {
      const { field, fields } = request;
      const requests = [];
      for (let start = 0; start < values.length; start += valuesPerFilter) {
        const some = values.slice(start, start + valuesPerFilter);
        requests.push(catalog.getEntities({ filter: { [field]: some, kind: 'User' }, fields }));
      }
      return (await Promise.all(requests)).flatMap(answer => answer.items);
    }
  };
}
