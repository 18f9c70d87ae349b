import { BitbucketServerAuth } from '@backstage/core-app-api';
import {
  bitbucketServerAuthApiRef,
  configApiRef,
  discoveryApiRef,
  oauthRequestApiRef,
} from '@backstage/core-plugin-api';
import { ApiBlueprint } from '@backstage/frontend-plugin-api';

/**
 * Asks Bitbucket for `PUBLIC_REPOS` only. Without this extension Backstage's frontend asks for more
 * than a sign-in needs, and Bitbucket refuses when the application link does not grant it.
 */
export const bitbucketServerAuthApi = ApiBlueprint.make({
  name: 'bitbucket-server-auth',
  params: defineParams =>
    defineParams({
      api: bitbucketServerAuthApiRef,
      deps: {
        configApi: configApiRef,
        discoveryApi: discoveryApiRef,
        oauthRequestApi: oauthRequestApiRef,
      },
      factory: ({ configApi, discoveryApi, oauthRequestApi }) =>
        BitbucketServerAuth.create({
          configApi,
          discoveryApi,
          oauthRequestApi,
          defaultScopes: ['PUBLIC_REPOS'],
          environment: configApi.getOptionalString('auth.environment'),
        }),
    }),
});
