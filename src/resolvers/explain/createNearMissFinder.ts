import type { AuthService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createCatalogCaller } from '../../lookup';
import type { UserQuery } from '../../lookup';
import type { FindNearMisses } from './NearMiss';
import { nearMissesOf } from './nearMissesOf';

/** Enough to find a mistake, too few to be a burden. */
const candidatesPerTerm = 25;
const maxMisses = 10;
/** Somebody waits for the explanation of a refusal. */
const timeoutMs = 10_000;

/**
 * Looks for near misses with the full text search of the catalog: one request per value that was
 * looked for. For refusals only, never on the way of a sign-in that works.
 *
 * @public
 */
export function createNearMissFinder(options: {
  readonly catalog: CatalogService | CatalogApi;
  readonly auth: AuthService;
}): FindNearMisses {
  const { catalog, auth } = options;
  const now = () => performance.now();
  const call = createCatalogCaller({ catalog, auth, timeoutMs, now });

  async function search(query: UserQuery): Promise<readonly Entity[]> {
    const field = query.by === 'ref' ? 'metadata.name' : query.field;
    const value = query.by === 'ref' ? query.name : query.value;
    const term = field === 'spec.profile.email' ? value.split('@')[0]! : value;
    const fullTextFilter = { term, fields: [field.toLowerCase()] };
    const { items } = await call(ask =>
      ask('text', 1, (client, as) =>
        client.queryEntities({ fullTextFilter, limit: candidatesPerTerm }, as),
      ),
    );
    return items;
  }

  return async queries => {
    const found = (await Promise.all(queries.map(search))).flat();
    const candidates = new Map(found.map(entity => [stringifyEntityRef(entity), entity]));
    return [...candidates.values()]
      .flatMap(entity => nearMissesOf(entity, queries))
      .slice(0, maxMisses);
  };
}
