import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreServices, createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { CatalogClient } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import type { AuthProviderFactory } from '@backstage/plugin-auth-node';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { createRouter } from 'plugin-auth-backend-legacy';
import { stringify } from 'yaml';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import { createClosableDatabases } from '../../demo/createClosableDatabases';
import {
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
  createCatalogUserLookup,
  createSignInResolver,
  matchers,
} from '../../src';
import { allow } from '../authenticator/support/allow';
import { createBrowser } from '../authenticator/support/createBrowser';
import { jane } from '../authenticator/support/people';
import { userEntity } from '../support/createEntityLookup';

// docs/migrating.md says of `createRouter` of plugin-auth-backend 0.24.5 what is shown here.

const client = { clientId: 'backstage', clientSecret: 'backstage-secret', redirectUris: [] };
const migrations = join(require.resolve('plugin-auth-backend-legacy'), '../../migrations');
const chain = [
  matchers.annotation({ from: 'id', annotation: '127.0.0.1/user-id' }),
  matchers.profileEmail(),
  matchers.entityName({ from: 'slug' }),
];

/** A backend whose plugin `auth` is the legacy router, beside a real catalog. */
async function startLegacyBackend(
  bitbucket: BitbucketSimulator,
  entities: readonly Entity[],
  { cached, ownershipEntityRefs }: { cached: boolean; ownershipEntityRefs?: string[] },
) {
  const folder = mkdtempSync(join(tmpdir(), 'legacy-'));
  const target = join(folder, 'catalog.yaml');
  const documents = entities.map(entity =>
    stringify({ ...entity, spec: { memberOf: [], ...entity.spec } }),
  );
  writeFileSync(target, documents.join('---\n'));
  const databases = createClosableDatabases();
  const claims: unknown[] = [];
  let catalogRequests = 0;

  const authPlugin = createBackendPlugin({
    pluginId: 'auth',
    register(reg) {
      reg.registerInit({
        deps: {
          auth: coreServices.auth,
          config: coreServices.rootConfig,
          database: coreServices.database,
          discovery: coreServices.discovery,
          httpAuth: coreServices.httpAuth,
          httpRouter: coreServices.httpRouter,
          logger: coreServices.logger,
        },
        async init({ httpRouter, ...services }) {
          const catalog = new CatalogClient({
            discoveryApi: services.discovery,
            fetchApi: {
              fetch(...args) {
                catalogRequests += 1;
                return fetch(...args);
              },
            },
          });
          const { auth, logger } = services;
          const signInResolver = createSignInResolver({
            match: chain,
            logger,
            lookup: cached ? createCatalogUserLookup({ catalog, auth, logger }) : undefined,
            async extendOwnership(refs) {
              claims.push(refs);
              return [...refs];
            },
          });
          const router = await createRouter({
            ...services,
            database: {
              // It would find the migrations of the auth backend that is installed under the name.
              migrations: { skip: true },
              async getClient() {
                const knex = await services.database.getClient();
                await knex.migrate.latest({ directory: migrations });
                return knex;
              },
            },
            catalogApi: catalog,
            ...(ownershipEntityRefs && {
              ownershipResolver: {
                resolveOwnershipEntityRefs: async () => ({ ownershipEntityRefs }),
              },
            }),
            disableDefaultProviderFactories: true,
            providerFactories: {
              bitbucketServer: createBitbucketServerProviderFactory({
                createOptions: () => ({
                  authenticator: createBitbucketServerAuthenticator({ logger }),
                  signInResolver,
                }),
              }) as AuthProviderFactory,
            },
          });
          httpRouter.use(router);
          httpRouter.addAuthPolicy({ path: '/', allow: 'unauthenticated' });
        },
      });
    },
  });
  const starting = startTestBackend({
    features: [
      authPlugin,
      catalogPlugin,
      databases.feature,
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl: 'http://localhost:3000' },
          backend: { database: { client: 'better-sqlite3', connection: ':memory:' } },
          catalog: { locations: [{ type: 'file', target, rules: [{ allow: ['User'] }] }] },
          auth: {
            providers: {
              bitbucketServer: {
                development: {
                  clientId: client.clientId,
                  clientSecret: client.clientSecret,
                  baseUrl: bitbucket.baseUrl,
                },
              },
            },
          },
        },
      }),
    ],
  });
  starting.catch(() => databases.close());
  const backend = await starting;
  const origin = `http://127.0.0.1:${backend.server.port()}`;
  const browser = createBrowser(`${origin}/api/auth/bitbucketServer`);
  return {
    browser,
    claims,
    catalogRequests: () => catalogRequests,
    signIn: async (name: string) => browser.comeBack(allow(bitbucket, name, await browser.start())),
    async stop() {
      await backend.stop();
      await databases.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function waitUntilSignedIn(
  backend: Awaited<ReturnType<typeof startLegacyBackend>>,
  name: string,
) {
  // The catalog reads its files some time after it has started.
  for (let tries = 0; tries < 200; tries += 1) {
    const session = await backend.signIn(name);
    if (!/NO_MATCHING_USER/.test(session.error?.message ?? '')) return session;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('the catalog has not read its file');
}

describe('the legacy router with the authenticator of this package', () => {
  let bitbucket: BitbucketSimulator;
  let backend: Awaited<ReturnType<typeof startLegacyBackend>> | undefined;

  beforeAll(async () => {
    bitbucket = await startBitbucketSimulator({
      people: [
        { user: jane },
        { user: { ...jane, id: 102, name: 'left', slug: 'left', active: false } },
      ],
      clients: [{ ...client, scopes: [] }],
      requirePkce: true,
    });
  });

  afterEach(async () => {
    await backend?.stop();
    backend = undefined;
  });

  afterAll(() => bitbucket.close());

  it('signs in with PKCE, by slug, and refuses a deactivated account', async () => {
    backend = await startLegacyBackend(bitbucket, [userEntity(jane.slug)], { cached: false });
    expect(await waitUntilSignedIn(backend, jane.name)).toMatchObject({
      backstageIdentity: { identity: { userEntityRef: 'user:default/jdoe_corp.example' } },
    });
    expect((await backend.signIn('left')).error?.message).toContain('(USER_INACTIVE, reference');
  });

  it('uses the ownershipResolver of createRouter', async () => {
    const ownershipEntityRefs = ['user:default/jdoe_corp.example', 'group:default/from-resolver'];
    const options = { cached: false, ownershipEntityRefs };
    backend = await startLegacyBackend(bitbucket, [userEntity(jane.slug)], options);
    await waitUntilSignedIn(backend, jane.name);
    expect(backend.claims).toEqual([ownershipEntityRefs]);
  });

  it.each([
    ['3 requests to the catalog for each page load', false, 33],
    ['none within the ttl, with a lookup of its own', true, 0],
  ])('makes %s', async (_what, cached, requests) => {
    backend = await startLegacyBackend(bitbucket, [userEntity(jane.slug)], { cached });
    await waitUntilSignedIn(backend, jane.name);
    const before = backend.catalogRequests();
    for (let load = 0; load < 11; load += 1) {
      expect(await backend.browser.refresh()).toMatchObject({ status: 200 });
    }
    expect(backend.catalogRequests() - before).toBe(requests);
  });
});
