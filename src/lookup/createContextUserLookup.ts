import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import type { CatalogUserLookup, UserLookupAnswer } from './CatalogUserLookup';
import { canonicalQuery, isFilterSafe, ownerKinds, ownerRefs } from './UserQuery';
import type { UserQuery } from './UserQuery';

type ContextQuery = Parameters<AuthResolverContext['findCatalogUser']>[0];

/**
 * A lookup that needs no services: it asks through the context that Backstage hands to every
 * sign-in resolver, one request per query. Nothing is cached, because a context is made for one
 * sign-in.
 */
export function createContextUserLookup(
  context: Pick<AuthResolverContext, 'findCatalogUser'>,
): CatalogUserLookup {
  async function ask(query: ContextQuery): Promise<UserLookupAnswer> {
    try {
      const { entity } = await context.findCatalogUser(query);
      return { type: 'entities', entities: [entity] };
    } catch (cause) {
      // By name and not by class, because there may be several copies of Backstage's errors.
      const name = cause instanceof Object && 'name' in cause ? cause.name : undefined;
      if (name === 'NotFoundError') return { type: 'entities', entities: [] };
      return name === 'ConflictError' ? { type: 'conflict' } : { type: 'unavailable', cause };
    }
  }

  async function exists(query: ContextQuery): Promise<boolean> {
    const answer = await ask(query);
    if (answer.type === 'unavailable') throw answer.cause;
    return answer.type === 'conflict' || answer.entities.length > 0;
  }

  return {
    async find(query) {
      const asked = canonicalQuery(query) && contextQuery(query);
      return asked ? ask(asked) : { type: 'entities', entities: [] };
    },
    async isNameTaken(ref) {
      for (const kind of ownerKinds) {
        if (await exists({ entityRef: { kind, ...ref } })) return true;
      }
      // The kind is there because a filter without one asks for users only.
      const filter = { kind: CATALOG_FILTER_EXISTS, 'relations.ownedBy': ownerRefs(ref) };
      return exists({ filter });
    },
  };
}

/**
 * The query as it is written, because other contexts than Backstage's may be case-sensitive;
 * `undefined` when it cannot be asked.
 */
function contextQuery(query: UserQuery): ContextQuery | undefined {
  if (query.by === 'ref') {
    const { namespace, name } = query;
    return { entityRef: { kind: 'User', namespace, name } };
  }
  // The context turns a filter into a comma-separated list without escaping.
  const isSafe = isFilterSafe(query.field, query.value);
  return isSafe ? { filter: { kind: 'User', [query.field]: query.value } } : undefined;
}
