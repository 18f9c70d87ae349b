import type { CatalogClient } from '@backstage/catalog-client';
import { ConflictError, NotFoundError } from '@backstage/errors';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';

/** Does what the `findCatalogUser` of plugin-auth-backend does, for refs and filters, with any client. */
export function createFindCatalogUser(
  client: CatalogClient,
  token: string,
): AuthResolverContext['findCatalogUser'] {
  return async query => {
    if ('annotations' in query) throw new Error('not used by this package');
    if ('entityRef' in query) {
      const {
        kind = 'User',
        namespace = 'default',
        name,
      } = query.entityRef as { kind?: string; namespace?: string; name: string };
      const entity = await client.getEntityByRef({ kind, namespace, name }, { token });
      if (!entity) throw new NotFoundError('User not found');
      return { entity };
    }
    const { items } = await client.getEntities({ filter: query.filter }, { token });
    if (items.length > 1) throw new ConflictError('User lookup resulted in multiple matches');
    if (!items[0]) throw new NotFoundError('User not found');
    return { entity: items[0] };
  };
}
