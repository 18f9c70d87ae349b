import { mockServices } from '@backstage/backend-test-utils';
import { CatalogClient } from '@backstage/catalog-client';
import type { CatalogApi } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { createCatalogUserLookup } from '../../src/lookup';
import { createSignInResolver, matchers } from '../../src/resolvers';
import { createFindCatalogUser } from '../support/createFindCatalogUser';
import { startCatalogBackend } from './support/startCatalogBackend';
import type { CatalogBackend } from './support/startCatalogBackend';

function entity(kind: string, name: string, spec: object, namespace = 'default'): Entity {
  const annotations = {
    'backstage.io/managed-by-location': 'url:https://corp.example/org.yaml',
    'backstage.io/managed-by-origin-location': 'url:https://corp.example/org.yaml',
  };
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name, namespace, annotations },
    spec: spec as Entity['spec'],
  };
}

const entities = [
  entity('User', 'Ada', { memberOf: [] }),
  entity('Group', 'Platform', { type: 'team', children: [] }),
  entity('Component', 'shop', {
    type: 'service',
    lifecycle: 'production',
    owner: 'user:default/Departed',
  }),
  entity('User', 'other-ada', { memberOf: [] }, 'other'),
];

describe('isNameTaken, on a real catalog', () => {
  let backend: CatalogBackend;

  beforeAll(async () => {
    backend = await startCatalogBackend(entities);
  });

  afterAll(() => backend?.stop());

  /** Whether a sign-in without a lookup refuses to sign somebody in by this name. */
  async function isTakenInContext(username: string): Promise<boolean> {
    const client = new CatalogClient({ discoveryApi: { getBaseUrl: async () => backend.baseUrl } });
    const findCatalogUser: ReturnType<typeof createFindCatalogUser> = async query => {
      const { token } = await backend.auth.getPluginRequestToken({
        onBehalfOf: await backend.auth.getOwnServiceCredentials(),
        targetPluginId: 'catalog',
      });
      return createFindCatalogUser(client, token)(query);
    };
    const issued: string[] = [];
    const context: Partial<AuthResolverContext> = {
      findCatalogUser,
      async issueToken({ claims }) {
        issued.push(claims.sub);
        return { token: 'token' };
      },
    };
    const matcher = matchers.annotation({ from: 'username', annotation: 'corp.example/nobody' });
    const signIn = createSignInResolver({
      match: [{ matcher, dangerouslyAllowSignInWithoutUserInCatalog: true }],
    });
    const info = { profile: {}, result: { fullProfile: { username } } };
    try {
      await signIn(info, context as AuthResolverContext);
    } catch (error) {
      expect(error).toMatchObject({ code: 'USER_REF_TAKEN' });
    }
    return issued.length === 0;
  }

  it.each([
    ['ada', true],
    ['ADA', true],
    ['platform', true],
    ['pLaTform', true],
    ['departed', true],
    ['DEPARTED', true],
    ['newbie', false],
    ['other-ada', false],
    ['new.bie+1@corp.example', false],
  ])('says of %s: %s', async (name, taken) => {
    const lookup = createCatalogUserLookup({ catalog: backend.catalog, auth: backend.auth });
    expect(await lookup.isNameTaken!({ namespace: 'default', name })).toBe(taken);
    expect(await isTakenInContext(name)).toBe(taken);
  });
});

describe('isNameTaken, with something else in front of the catalog', () => {
  const ref = { namespace: 'default', name: 'newbie' };
  const free = {
    getEntitiesByRefs: { items: [undefined, undefined] },
    queryEntities: { items: [] },
  };

  async function ask(answers: object) {
    const catalog = Object.fromEntries(
      Object.entries(answers).map(([method, answer]) => [method, async () => answer]),
    );
    const lookup = createCatalogUserLookup({
      catalog: catalog as unknown as CatalogApi,
      auth: mockServices.auth(),
      timeout: { milliseconds: 50 },
    });
    return lookup.isNameTaken!(ref);
  }

  it('is false only after two answers that have the shape of one', async () => {
    expect(await ask(free)).toBe(false);
  });

  it.each<[string, object]>([
    ['an empty 200', { ...free, getEntitiesByRefs: {} }],
    ['fewer items than refs', { ...free, getEntitiesByRefs: { items: [] } }],
    ['a list that is none', { ...free, queryEntities: { items: 'none' } }],
    ['nothing at all', { ...free, queryEntities: undefined }],
    ['no answer in time', { ...free, queryEntities: new Promise(() => {}) }],
  ])('rejects after %s', async (_what, answers) => {
    await expect(ask(answers)).rejects.toThrow();
  });
});
