import type { Entity } from '@backstage/catalog-model';
import { catalogFault } from './catalogFault';
import type { CatalogCaller } from './createCatalogCaller';
import { createPredicateSearch } from './createPredicateSearch';
import { isFilterSafe } from './isFilterSafe';
import type { Search, SearchRequest, Shortcut } from './Search';

/** Keeps the address of a request under 8 kB, the bound of common proxies. */
const valuesPerFilter = 25;

/**
 * Asks for exactly the values, in the way that is right for them.
 *
 * One value that is safe in a filter goes by `getEntities`, the request that Backstage itself makes.
 * All else goes by the predicate endpoint, where values are JSON and mean only themselves. A catalog
 * or client without it is noticed once; from then on filters carry the values that are safe in one,
 * the full-text filter those that suit it, and the few that are left (white space around them) find
 * nobody.
 *
 * @internal
 */
export function createExactSearch(catalog: CatalogCaller, byText: Shortcut): Search {
  const byPredicate = createPredicateSearch(catalog);
  let hasPredicates = true;

  async function byFilter(request: SearchRequest): Promise<readonly Entity[]> {
    const { field, values, fields } = request;
    const requests = [];
    for (let start = 0; start < values.length; start += valuesPerFilter) {
      const some = values.slice(start, start + valuesPerFilter);
      requests.push(catalog.getEntities({ filter: { [field]: some, kind: 'User' }, fields }));
    }
    return (await Promise.all(requests)).flatMap(answer => answer.items);
  }

  async function withoutPredicates(request: SearchRequest): Promise<readonly Entity[]> {
    const isSafe = (value: string) => isFilterSafe(request.field, value);
    const others = request.values
      .filter(value => !isSafe(value))
      .map(value => ({ ...request, values: [value] }))
      .filter(each => byText.suits(each));
    const found = await Promise.all([
      byFilter({ ...request, values: request.values.filter(isSafe) }),
      ...others.map(each => byText.search(each).catch(nobodyIfRefused)),
    ]);
    return found.flatMap(candidates => candidates ?? []);
  }

  return async request => {
    const [only, ...more] = request.values;
    if (only !== undefined && more.length === 0 && isFilterSafe(request.field, only)) {
      return byFilter(request);
    }
    if (!hasPredicates) return withoutPredicates(request);
    const found = await byPredicate(request);
    if (found) return found;
    // A catalog that is starting also answers 404: believe it only once a filter works.
    await catalog.getEntities({ filter: { kind: 'User' }, fields: ['kind'], limit: 1 });
    hasPredicates = false;
    return withoutPredicates(request);
  };
}

/** What this catalog cannot be asked for in any way finds nobody; a catalog in trouble is another matter. */
function nobodyIfRefused(error: unknown): undefined {
  if (catalogFault(error) === 'unavailable') throw error;
}
