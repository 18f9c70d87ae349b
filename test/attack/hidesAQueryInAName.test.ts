import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CatalogClient } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import type { AuthResolverContext, SignInInfo } from '@backstage/plugin-auth-node';
import { mockServices } from '@backstage/backend-test-utils';
import { stringify } from 'yaml';
import type { Demo } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import { isSignInError } from '../../src/errors';
import { createCatalogUserLookup } from '../../src/lookup';
import type { CatalogUserLookup } from '../../src/lookup';
import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';
import { agreement, createSignInResolver, matchers } from '../../src/resolvers';
import type { ChainStep } from '../../src/resolvers';
import { userEntity } from '../support/createEntityLookup';
import { createFindCatalogUser } from '../support/createFindCatalogUser';
import { hostileValues } from '../support/hostileValues';
import { signInOverHttp } from '../support/signInOverHttp';

const host = '127.0.0.1';
const victim = { id: 4242, name: 'kiss.ceo', email: 'kiss.ceo@corp.example' };

/** The victim can be reached by every attribute; the others are what a query may slip into. */
const entities: Entity[] = [
  userEntity(victim.name, {
    email: victim.email,
    annotations: {
      [`${host}/user-id`]: String(victim.id),
      [`${host}/username`]: victim.name,
      [`${host}/user-slug`]: victim.name,
      [`${host}/email`]: victim.email,
    },
  }),
  userEntity('bystander', { email: 'bystander@corp.example' }),
  userEntity(victim.name, { namespace: 'other' }),
  userEntity(victim.name, { kind: 'Group', email: victim.email }),
];

const all: ChainStep[] = [
  ...(['id', 'username', 'slug', 'email'] as const).map(from =>
    matchers.annotation({
      from,
      annotation: `${host}/${from === 'id' || from === 'slug' ? 'user-' : ''}${from}`,
    }),
  ),
  matchers.profileEmail({ stripPlusTag: false }),
  matchers.emailLocalPart({ allowedDomains: ['corp.example'] }),
  matchers.entityName({ from: 'username' }),
  matchers.entityName({ from: 'slug', namespaces: ['default', '*'] }),
].map(matcher => ({ matcher, onAmbiguous: 'next' }));
const agreements: ChainStep[] = [
  agreement(all.slice(0, 4).map(({ matcher }) => matcher)),
  agreement([matchers.profileEmail(), matchers.entityName({ from: 'username' })]),
].map(matcher => ({ matcher }));

const hostile = hostileValues(victim.name).map((name, index) => ({
  id: index + 10_000,
  name: name || 'x',
  slug: name || 'x',
  displayName: 'Mallory',
  emailAddress: hostileValues(victim.email)[index] ?? name,
  active: true,
  type: 'NORMAL',
}));

describe('Nobody becomes somebody else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attack-'));
  let demo: Demo;
  // Without a lookup, the context of the sign-in is asked.
  let lookups: (CatalogUserLookup | undefined)[];
  let context: AuthResolverContext;

  beforeAll(async () => {
    const token = 'a-static-token-of-this-test-only';
    const catalog = join(folder, 'catalog.yaml');
    writeFileSync(
      catalog,
      entities
        .map(entity =>
          stringify({
            ...entity,
            spec: { type: 'team', children: [], memberOf: [], ...entity.spec },
          }),
        )
        .join('---\n'),
    );
    demo = await startDemo({
      frontend: false,
      catalog,
      config: {
        backend: {
          auth: {
            externalAccess: [{ type: 'static', options: { token, subject: 'attack-test' } }],
          },
        },
        auth: {
          providers: {
            bitbucketServer: {
              development: {
                signIn: {
                  resolvers: [
                    'userIdMatchingUserEntityAnnotation',
                    'usernameMatchingUserEntityAnnotation',
                    'userSlugMatchingUserEntityAnnotation',
                    'emailMatchingUserEntityAnnotation',
                    'emailMatchingUserEntityProfileEmail',
                    'usernameMatchingUserEntityName',
                    'userSlugMatchingUserEntityName',
                  ].map(resolver => ({ resolver, onAmbiguous: 'next' })),
                },
              },
            },
          },
        },
      },
    });
    const client = new CatalogClient({
      discoveryApi: { getBaseUrl: async () => `${demo.backendUrl}/api/catalog` },
    });
    const auth = mockServices.auth.mock({
      getOwnServiceCredentials: async () => ({
        $$type: '@backstage/BackstageCredentials',
        principal: { type: 'service', subject: 'test' },
      }),
      getPluginRequestToken: async () => ({ token }),
    });
    lookups = [createCatalogUserLookup({ catalog: client, auth }), undefined];
    context = {
      findCatalogUser: createFindCatalogUser(client, token),
      resolveOwnershipEntityRefs: async () => ({ ownershipEntityRefs: [] }),
      issueToken: async ({ claims }) => ({ token: claims.sub }),
    } as Partial<AuthResolverContext> as AuthResolverContext;
  });

  afterAll(async () => {
    await demo?.stop();
    rmSync(folder, { recursive: true });
  });

  /** As whom a chain signs somebody in. */
  const refOf = async (user: object, match: ChainStep[], lookup?: CatalogUserLookup) => {
    const parsed = parseBitbucketServerUser(user);
    const fullProfile = toPassportProfile(parsed, { baseUrl: `http://${host}` });
    return signIn(
      { profile: { email: parsed.emailAddress }, result: { fullProfile } },
      match,
      lookup,
    );
  };

  async function signIn(
    info: SignInInfo<unknown>,
    match: ChainStep[],
    lookup?: CatalogUserLookup,
  ): Promise<string | undefined> {
    try {
      const resolver = createSignInResolver({ match, lookup });
      return ((await resolver(info, context)) as { token: string }).token;
    } catch (error) {
      if (isSignInError(error)) return undefined;
      throw error;
    }
  }

  const own = { id: victim.id, name: victim.name, slug: victim.name, emailAddress: victim.email };

  it('has a victim that each matcher finds, so that the rest of this test can fail', async () => {
    for (const lookup of lookups) {
      for (const step of [...all.slice(0, 7), ...agreements]) {
        expect(await refOf(own, [step], lookup)).toBe('user:default/kiss.ceo');
      }
    }
    demo.bitbucket.addPerson({
      user: { ...own, displayName: 'Victim', active: true, type: 'NORMAL' },
    });
    const { response } = await signInOverHttp(demo.backendUrl, victim.name);
    expect(response?.backstageIdentity?.identity.userEntityRef).toBe('user:default/kiss.ceo');
    demo.bitbucket.removePerson(victim.name);
  });

  it('by no matcher, chain or agreement over the real catalog client', async () => {
    expect(hostile.length).toBeGreaterThan(200);
    for (const lookup of lookups) {
      for (const user of hostile.filter(({ name }) => name.length <= 255)) {
        const alone = [...all, ...agreements];
        const refs = await Promise.all(alone.map(step => refOf(user, [step], lookup)));
        expect([user, refs.filter(Boolean)]).toEqual([user, []]);
        expect(await refOf(user, all, lookup)).toBeUndefined();
      }
    }
  }, 300_000);

  it('by the id of somebody else in another form', async () => {
    for (const id of hostileValues(String(victim.id))) {
      const info = { profile: {}, result: { fullProfile: { id } } };
      for (const lookup of lookups) {
        expect([id, await signIn(info, all.slice(0, 1), lookup)]).toEqual([id, undefined]);
      }
    }
  });

  it('through the whole sign-in', async () => {
    for (const user of hostile) {
      demo.bitbucket.addPerson({ user });
      const { response, error } = await signInOverHttp(demo.backendUrl, user.name);
      expect([user.name, response?.backstageIdentity]).toEqual([user.name, undefined]);
      expect(error?.message).toMatch(/reference [0-9A-Z]{4}-[0-9A-Z]{4}\)$/);
      expect(error?.message).not.toContain('ceo');
      demo.bitbucket.removePerson(user.name);
    }
    // Nothing that a name holds can begin a log line of its own, or hide one.
    const ours = demo.logs.filter(line => line.startsWith('auth '));
    expect(ours.length).toBeGreaterThan(hostile.length);
    const forged = /[^\x20-\x7e]/;
    expect(ours.filter(line => forged.test(line))).toEqual([]);
  }, 300_000);
});
