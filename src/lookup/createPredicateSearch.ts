import type { Entity } from '@backstage/catalog-model';
import type {
  QueryEntitiesInitialRequest,
  QueryEntitiesRequest,
  QueryEntitiesResponse,
} from '@backstage/catalog-client';
import { looseKey } from './assignCandidates';
import { catalogFault } from './catalogFault';
import type { CatalogCaller } from './createCatalogCaller';
import { readField } from './readField';
import type { SearchRequest } from './Search';

type Predicate = NonNullable<QueryEntitiesInitialRequest['query']>;

/** Far beyond any honest answer: that many entities with one email are an attack or a broken import. */
const maxPages = 50;

/**
 * Asks by the predicate endpoint `POST /entities/by-query`, all pages.
 *
 * @returns a search that answers `undefined` when the catalog has no such endpoint, or when the
 * client does not know predicates and listed everybody
 * @see https://backstage.io/docs/features/software-catalog/software-catalog-api
 * @internal
 */
export function createPredicateSearch(catalog: CatalogCaller) {
  // Counting costs the catalog as much as finding; versions that cannot leave it out refuse the key.
  let noCount: { totalItems?: 'exclude' } = { totalItems: 'exclude' };

  async function firstPage(request: QueryEntitiesRequest): Promise<QueryEntitiesResponse> {
    try {
      return await catalog.queryEntities({ ...request, ...noCount });
    } catch (error) {
      if (!noCount.totalItems || catalogFault(error) !== 'request') throw error;
      const answer = await catalog.queryEntities(request);
      noCount = {};
      return answer;
    }
  }

  async function allPages({ field, values, fields }: SearchRequest) {
    const asked = new Set(values.map(looseKey));
    const found: Entity[] = [];
    const limit = 2 * values.length + 10;
    // The most selective condition first: SQLite evaluates them in this order for every entity.
    // A computed key is more than the type can follow: none of ours begins with `$`.
    const wanted = { [field]: { $in: [...values] } } as Predicate;
    const query: Predicate = { $all: [wanted, { kind: 'User' }] };
    let answer = await firstPage({ query, limit, fields });
    for (let pages = 1; ; pages += 1) {
      if (answer.items.some(item => !wasAskedFor(item, field, asked))) return undefined;
      found.push(...answer.items);
      const cursor = answer.pageInfo.nextCursor;
      if (!cursor) return found;
      if (pages === maxPages) throw new Error(`the catalog has no end of users for ${field}`);
      answer = await catalog.queryEntities({ cursor, limit, fields });
    }
  }

  return async (request: SearchRequest): Promise<readonly Entity[] | undefined> => {
    try {
      return await allPages(request);
    } catch (error) {
      if (catalogFault(error) === 'absent') return undefined;
      throw error;
    }
  };
}

function wasAskedFor(entity: Entity, field: string, asked: ReadonlySet<string>): boolean {
  const value = readField(entity, field);
  return entity.kind === 'User' && (typeof value !== 'string' || asked.has(looseKey(value)));
}
