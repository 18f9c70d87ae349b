import type { AuthService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import type { CatalogService } from '@backstage/plugin-catalog-node';

/**
 * The calls that the lookup makes, without the question of who asks.
 *
 * @internal
 */
export type CatalogCaller = {
  readonly [M in CatalogCall]: (
    request: NonNullable<Parameters<CatalogApi[M]>[0]>,
  ) => ReturnType<CatalogApi[M]>;
};

type CatalogCall = 'getEntities' | 'getEntityByRef' | 'getEntitiesByRefs' | 'queryEntities';

/** Tokens of Backstage's own auth service live for an hour; a minute is far from its end. */
const tokenReuseMs = 60_000;

/**
 * Calls a catalog as this plugin itself.
 *
 * `CatalogService` wants `credentials`, `CatalogApi` wants a `token`, and as their methods have the
 * same names nothing tells one from the other for certain (a wrapped client looks like either). So
 * both are sent: each kind of client reads its own and ignores the other. As signing a token costs
 * about as much as a cache hit of the catalog, one is used for up to a minute.
 *
 * @internal
 */
export function createCatalogCaller(
  catalog: CatalogService | CatalogApi,
  auth: AuthService,
  now: () => number,
): CatalogCaller {
  let token: { readonly value: Promise<string>; readonly until: number } | undefined;

  async function authorize() {
    const credentials = await auth.getOwnServiceCredentials();
    if (!token || token.until <= now()) {
      const issued = auth.getPluginRequestToken({
        onBehalfOf: credentials,
        targetPluginId: 'catalog',
      });
      token = { value: issued.then(answer => answer.token), until: now() + tokenReuseMs };
    }
    return { credentials, token: await token.value };
  }

  function call<M extends CatalogCall>(method: M): CatalogCaller[M] {
    // The two client types differ only in the second parameter, and what is passed satisfies both.
    const client = catalog as CatalogApi;
    return (async (request: never) => {
      try {
        return await client[method](request, await authorize());
      } catch (error) {
        // It may be the token that was refused: never use it twice then.
        token = undefined;
        throw error;
      }
    }) as CatalogCaller[M];
  }

  return {
    getEntities: call('getEntities'),
    getEntityByRef: call('getEntityByRef'),
    getEntitiesByRefs: call('getEntitiesByRefs'),
    queryEntities: call('queryEntities'),
  };
}
