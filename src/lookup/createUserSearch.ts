import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type {
  QueryEntitiesInitialRequest,
  QueryEntitiesRequest,
  QueryEntitiesResponse,
} from '@backstage/catalog-client';
import { catalogFault, entitiesByRefs } from './catalog';
import type { AskCatalog } from './catalog';
import { isFilterSafe, readField } from './UserQuery';
import type { FieldQuery, RefQuery, UserQuery, UserQueryField } from './UserQuery';

/**
 * More than any valid answer has: that many entities with one email are an attack or a broken
 * import.
 */
const maxPages = 50;

/** Keeps the address of a request under 8 kB, the bound of common proxies. */
const valuesPerFilter = 25;

/**
 * How long the predicate endpoint counts as absent. Not for ever: the catalog may be updated, or a
 * proxy may have answered in its place.
 */
const absentForMs = 600_000;

/** All annotations, because the catalog refuses to select one whose key contains a bracket. */
const identityFields = [
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'spec.profile.email',
  'relations',
  'metadata.annotations',
];

/** The catalog's result for a query: unchecked candidates, or why there is none. */
export type LookupResult =
  | { readonly type: 'candidates'; readonly entities: readonly Entity[] }
  | { readonly type: 'unavailable'; readonly cause: unknown };

/**
 * Makes the requests that find users in the catalog:
 * - names: by ref;
 * - one value of a field: with a filter, as Backstage itself does it;
 * - several values, or one that a filter cannot express: with the predicate endpoint, where values are
 *   JSON. If the catalog or its client does not support that, with filters for the values that a filter
 *   can express, and with the full-text filter for the others.
 *
 * @see https://backstage.io/docs/features/software-catalog/software-catalog-api
 */
export function createUserSearch(options: {
  readonly fields: 'all' | 'identity';
  readonly now: () => number;
}) {
  const { now } = options;
  let withoutPredicatesUntil = -Infinity;
  // Counting costs the catalog as much as the search. Older versions do not accept this key.
  let noCount: { totalItems?: 'exclude' } = { totalItems: 'exclude' };

  /** What to fetch; nothing = all. */
  const fields = options.fields === 'all' ? [] : identityFields;

  async function byRefs(ask: AskCatalog, queries: readonly RefQuery[]) {
    // Built from parts and never parsed, so that no value of a user can change the kind or
    // namespace. The catalog compares the text of refs, and those it keeps are lower case.
    const entityRefs = queries.map(({ namespace, name }) =>
      stringifyEntityRef({ kind: 'User', namespace, name }),
    );
    const found = await entitiesByRefs(ask, entityRefs, fields.length > 0 ? fields : undefined);
    return found.map(entity => (entity ? [entity] : []));
  }

  async function byField(ask: AskCatalog, queries: readonly FieldQuery[]) {
    const { field } = queries[0]!;
    const values = [...new Set(queries.map(({ value }) => value))];
    if (values.length === 1 && isFilterSafe(field, values[0]!)) {
      const candidates = await byFilter(ask, field, values);
      return queries.map(() => candidates);
    }
    const candidates =
      (await byPredicate(ask, field, values)) ?? (await withoutPredicates(ask, field, values));
    return assignCandidates(candidates, queries);
  }

  async function byFilter(ask: AskCatalog, field: UserQueryField, values: string[]) {
    const request = { filter: { [field]: values, kind: 'User' }, fields };
    const { items } = await ask('filter', (client, as) => client.getEntities(request, as));
    return items;
  }

  /** `undefined` when this catalog, or its client, does not support predicates. */
  async function byPredicate(ask: AskCatalog, field: UserQueryField, values: string[]) {
    if (now() < withoutPredicatesUntil) return undefined;
    // The most selective condition first: SQLite evaluates them in this order for every entity.
    // TypeScript cannot check the computed key. None of ours begins with `$`.
    const query = { $all: [{ [field]: { $in: values } }, { kind: 'User' }] } as Predicate;
    const request = { query, fields, limit: 2 * values.length + 10 };
    const page: AskPage = pageRequest =>
      ask('predicate', (client, as) => client.queryEntities(pageRequest, as));
    try {
      const first = await uncounted(page, request);
      // A client that does not know predicates leaves them out, and the catalog lists everybody.
      if (first.items.every(wasAskedFor(field, values)))
        return await allPages(page, first, request);
    } catch (error) {
      if (catalogFault(error) !== 'absent') throw error;
    }
    // A catalog that is starting up also answers 404. The endpoint is absent only if a filter works.
    const probe = { filter: { kind: 'User' }, fields: ['kind', 'metadata.name'], limit: 1 };
    await ask('filter', (client, as) => client.getEntities(probe, as));
    withoutPredicatesUntil = now() + absentForMs;
    return undefined;
  }

  async function uncounted(page: AskPage, request: QueryEntitiesInitialRequest) {
    try {
      return await page({ ...request, ...noCount });
    } catch (error) {
      if (!noCount.totalItems || catalogFault(error) !== 'refused') throw error;
      const answer = await page(request);
      noCount = {};
      return answer;
    }
  }

  async function withoutPredicates(ask: AskCatalog, field: UserQueryField, values: string[]) {
    const safe = values.filter(value => isFilterSafe(field, value));
    const others = values.filter(value => !isFilterSafe(field, value));
    const requests = others.map(value => byText(ask, field, value));
    for (let from = 0; from < safe.length; from += valuesPerFilter) {
      requests.push(byFilter(ask, field, safe.slice(from, from + valuesPerFilter)));
    }
    return (await Promise.all(requests)).flat();
  }

  /** Finds every value that contains the text, so also those that equal it. */
  async function byText(ask: AskCatalog, field: UserQueryField, term: string) {
    // The catalog trims the term, splits fields at commas, and passes `%` and `\` to `LIKE`.
    if (field.includes(',') || term.trim() !== term || /[%\\]/.test(term)) {
      const error = new Error('this version of the catalog cannot search for such a value');
      // Treated as refused, so that the rest of the request is sent without it.
      throw Object.assign(error, { name: 'InputError' });
    }
    const page: AskPage = pageRequest =>
      ask('text', (client, as) => client.queryEntities(pageRequest, as));
    // Keys are in lower case in the catalog's index, and older versions do not lower-case the request.
    const fullTextFilter = { term, fields: [field.toLowerCase()] };
    const request = { fullTextFilter, fields, limit: 100 };
    return allPages(page, await page(request), request);
  }

  /**
   * Asks for the candidates of several queries, all by ref or all of one field, in one request where
   * the catalog can. Extra candidates do no harm, because each is checked again. A missing one does.
   *
   * Never rejects; the results have the length and order of the queries.
   */
  async function search(
    ask: AskCatalog,
    queries: readonly UserQuery[],
  ): Promise<readonly LookupResult[]> {
    try {
      const found =
        queries[0]?.by === 'ref'
          ? await byRefs(ask, queries as readonly RefQuery[])
          : await byField(ask, queries as readonly FieldQuery[]);
      return found.map(entities => ({ type: 'candidates', entities }));
    } catch (cause) {
      if (queries.length === 1 || catalogFault(cause) !== 'refused') {
        return queries.map(() => ({ type: 'unavailable', cause }));
      }
      // Only the value at fault should fail. Halving the batch finds it with few requests.
      const middle = Math.ceil(queries.length / 2);
      const halves = [queries.slice(0, middle), queries.slice(middle)];
      return (await Promise.all(halves.map(half => search(ask, half)))).flat();
    }
  }

  return search;
}

type Predicate = NonNullable<QueryEntitiesInitialRequest['query']>;
type AskPage = (request: QueryEntitiesRequest) => Promise<QueryEntitiesResponse>;

async function allPages(
  page: AskPage,
  first: QueryEntitiesResponse,
  { fields, limit }: QueryEntitiesInitialRequest,
): Promise<Entity[]> {
  const found = [...first.items];
  let cursor = first.pageInfo.nextCursor;
  for (let pages = 1; cursor; pages += 1) {
    if (pages === maxPages)
      throw new Error(`the catalog has more than ${maxPages} pages of users with these values`);
    const { items, pageInfo } = await page({ cursor, limit, fields });
    found.push(...items);
    cursor = pageInfo.nextCursor;
  }
  return found;
}

function wasAskedFor(field: UserQueryField, values: readonly string[]) {
  const asked = new Set(values.map(looseKey));
  return (entity: Entity) => {
    const value = readField(entity, field);
    return entity.kind === 'User' && (typeof value !== 'string' || asked.has(looseKey(value)));
  };
}

/**
 * Assigns the candidates of a joined request to the queries that they may belong to.
 *
 * It ignores Unicode case, because the catalog treats `k` and U+212A as equal, and an entity must
 * be offered to every query that it could match. The local check decides later.
 */
function assignCandidates(
  candidates: readonly Entity[],
  queries: readonly FieldQuery[],
): readonly (readonly Entity[])[] {
  const byKey = new Map<string, Entity[]>(queries.map(({ value }) => [looseKey(value), []]));
  for (const candidate of candidates) {
    const value = readField(candidate, queries[0]!.field);
    if (typeof value === 'string') byKey.get(looseKey(value))?.push(candidate);
  }
  return queries.map(({ value }) => byKey.get(looseKey(value)) ?? []);
}

/** The same for all values that the catalog or the local check may call equal. */
function looseKey(value: string): string {
  return value.normalize('NFC').toLowerCase();
}
