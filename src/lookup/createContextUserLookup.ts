import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { ownerKinds, ownerRefs } from './createNameCheck';
import type { CatalogUserLookup, UserLookupAnswer } from './CatalogUserLookup';
import { canonicalQuery, isFilterSafe } from './UserQuery';
import type { UserQuery } from './UserQuery';
import { verifyCandidates } from './verifyCandidates';

const nobody: UserLookupAnswer = { type: 'entities', entities: [] };

/**
 * A lookup that needs no services: it asks through the context that Backstage hands to every
 * sign-in resolver, one request per query. Nothing is cached, because a context is made for one
 * sign-in.
 */
export function createContextUserLookup(
  context: Pick<AuthResolverContext, 'findCatalogUser'>,
): CatalogUserLookup {
  return {
    async find(query) {
      // The query is sent as written, because other contexts than Backstage's may be
      // case-sensitive.
      const answer = canonicalQuery(query) ? await ask(context, query) : nobody;
      return answer.type === 'entities' ? verifyCandidates(answer.entities, query) : answer;
    },
    async isNameTaken(ref) {
      for (const kind of ownerKinds) {
        if (await exists(context, { entityRef: { kind, ...ref } })) return true;
      }
      // The kind is there because a filter without one asks for users only.
      const filter = { kind: CATALOG_FILTER_EXISTS, 'relations.ownedBy': ownerRefs(ref) };
      return exists(context, { filter });
    },
  };
}

async function exists(
  context: Pick<AuthResolverContext, 'findCatalogUser'>,
  query: Parameters<AuthResolverContext['findCatalogUser']>[0],
): Promise<boolean> {
  try {
    await context.findCatalogUser(query);
    return true;
  } catch (error) {
    if (nameOf(error) === 'NotFoundError') return false;
    if (nameOf(error) === 'ConflictError') return true;
    throw error;
  }
}

/** By name and not by class, because there may be several copies of Backstage's errors. */
function nameOf(error: unknown): unknown {
  return error instanceof Object && 'name' in error ? error.name : undefined;
}

async function ask(
  context: Pick<AuthResolverContext, 'findCatalogUser'>,
  query: UserQuery,
): Promise<UserLookupAnswer> {
  try {
    if (query.by === 'ref') {
      const { namespace, name } = query;
      const { entity } = await context.findCatalogUser({
        entityRef: { kind: 'User', namespace, name },
      });
      return { type: 'entities', entities: [entity] };
    }
    // The context turns a filter into a comma-separated list without escaping.
    if (!isFilterSafe(query.field, query.value)) return nobody;
    const filter = { kind: 'User', [query.field]: query.value };
    const { entity } = await context.findCatalogUser({ filter });
    return { type: 'entities', entities: [entity] };
  } catch (error) {
    if (nameOf(error) === 'NotFoundError') return nobody;
    return nameOf(error) === 'ConflictError'
      ? { type: 'conflict' }
      : { type: 'unavailable', cause: error };
  }
}
