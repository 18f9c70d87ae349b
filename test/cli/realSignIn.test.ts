import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import type { PersonResult } from 'backstage-bitbucket-server';
import fc from 'fast-check';
import { userEntity } from '../support/createEntityLookup';
import { signInOverHttp } from '../support/signInOverHttp';
import { startRealWorld } from './startRealWorld';
import type { RealWorld } from './startRealWorld';
import { anyWorld, bitbucketUser, host } from './worlds';
import type { TestWorld } from './worlds';

const resolvers = [
  { resolver: 'userIdMatchingUserEntityAnnotation' },
  { resolver: 'emailMatchingUserEntityProfileEmail', stripPlusTag: true },
  { resolver: 'usernameMatchingUserEntityName', namespaces: ['people', 'default'] },
  { resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains: ['corp.example'] },
];

const users = [
  bitbucketUser('ann', { id: 501 }),
  bitbucketUser('bea', { emailAddress: 'Bea@Corp.Example' }),
  bitbucketUser('cem+x', { emailAddress: 'cem+git@corp.example' }),
  bitbucketUser('dan', { emailAddress: 'shared@corp.example' }),
  bitbucketUser('eli'),
  bitbucketUser('fay', { emailAddress: 'fay.local@corp.example' }),
  bitbucketUser('gus', { emailAddress: 'fay.local@elsewhere.example' }),
  bitbucketUser('kim', { emailAddress: '\u212aim@corp.example' }),
  bitbucketUser('jos', { emailAddress: 'jos\u00e9@corp.example' }),
  bitbucketUser('hal', { active: false, emailAddress: 'bea@corp.example' }),
  bitbucketUser('bot', { type: 'SERVICE' }),
  bitbucketUser('ivy', { emailAddress: 'email' }),
  bitbucketUser('jan/../x', { emailAddress: 'jan,kind=group@corp.example' }),
  bitbucketUser('mia', { emailAddress: 'team@corp.example' }),
];

const entities = [
  userEntity('ann.a', { annotations: { '127.0.0.1/user-id': '501' } }),
  userEntity('bea.b', { email: 'bea@corp.example' }),
  userEntity('cem', { email: 'cem@corp.example' }),
  userEntity('dan.one', { email: 'shared@corp.example' }),
  userEntity('dan.two', { email: 'SHARED@corp.example' }),
  userEntity('eli', { namespace: 'people' }),
  userEntity('eli', {}),
  userEntity('fay.local', {}),
  userEntity('kim.real', { email: 'kim@corp.example' }),
  userEntity('jose', { email: 'jose\u0301@corp.example' }),
  userEntity('mia.group', { kind: 'Group', email: 'team@corp.example' }),
];

/** What the browser is told: the entity that the person became, or the code of the refusal. */
async function signIn({ demo }: RealWorld, username: string): Promise<string | undefined> {
  const { response, error } = await signInOverHttp(demo.backendUrl, username);
  return (
    response?.backstageIdentity?.identity.userEntityRef ??
    /\(([A-Z_]+), reference/.exec(error?.message ?? '')?.[1]
  );
}

describe('the audit of a running Bitbucket and Backstage', () => {
  let world: RealWorld;

  beforeAll(async () => {
    world = await startRealWorld({ resolvers, payloads: users, entities });
  });

  afterAll(async () => {
    await world?.stop();
  });

  it('looks at everybody once', () => {
    const { report } = world;
    expect(report.people.map(({ username }) => username).sort()).toEqual(
      users.map(({ name }) => name).sort(),
    );
    expect(report.entities).toEqual({ users: 10, groups: 1 });
    expect(report.missing).toEqual([]);
  });

  it.each(users.map(({ name }) => String(name)))(
    'says of %s what the real sign-in does',
    async name => {
      const verdict = world.report.people.find(({ username }) => username === name)!;
      const real = await signIn(world, name);
      expect(real).toBeDefined();
      expect(verdict.entityRef ?? verdict.code).toBe(real);
    },
  );

  it('holds people of every kind, so that the comparison means something', () => {
    const { people } = world.report;
    const outcomes = new Set(people.map(({ outcome }) => outcome));
    expect([...outcomes].sort()).toEqual(['ambiguous', 'inactive', 'nobody', 'service', 'signsIn']);
    expect(new Set(people.map(({ step }) => step).filter(Boolean)).size).toBe(4);
  });

  it('prints no credential', () => {
    const { demo, output, catalogToken } = world;
    for (const { headers } of demo.bitbucket.requests) {
      const [, token] = (headers.authorization ?? '').split(' ');
      if (token) expect(output).not.toContain(token);
    }
    expect(output).not.toContain(catalogToken);
  });
});

describe('the audit of a catalog in which things belong to names that nobody has', () => {
  const component = (name: string, owner: string): Entity => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: { type: 'service', lifecycle: 'production', owner },
  });

  it('says who may not sign in without an entity, as the real sign-in does', async () => {
    const real = await startRealWorld({
      resolvers: [
        {
          resolver: 'usernameMatchingUserEntityName',
          dangerouslyAllowSignInWithoutUserInCatalog: true,
        },
      ],
      payloads: ['ann', 'owner', 'Team.X', 'free'].map(name => bitbucketUser(name)),
      entities: [
        userEntity('ann'),
        component('shop', 'user:default/owner'),
        component('till', 'team.x'),
        component('desk', 'user:people/free'),
      ],
    });
    try {
      const verdicts = new Map(
        real.report.people.map(({ username, entityRef, code }) => [username, entityRef ?? code]),
      );
      expect(Object.fromEntries(verdicts)).toEqual({
        ann: 'user:default/ann',
        owner: 'USER_REF_TAKEN',
        'Team.X': 'USER_REF_TAKEN',
        free: 'user:default/free',
      });
      for (const [name, verdict] of verdicts) expect(await signIn(real, name)).toBe(verdict);
      for (const { username, entityRef, code } of real.offlineReport.people) {
        expect([username, entityRef ?? code]).toEqual([username, verdicts.get(username)]);
      }
    } finally {
      await real.stop();
    }
  });
});

/** Of a random world what a real server can hold: names and ids once, and only valid entities. */
function toRealWorld({
  resolvers: list,
  transforms,
  payloads,
  entities: all,
}: TestWorld): TestWorld {
  const accounts = new Map<string, JsonObject>();
  for (const payload of payloads) {
    const id = 600 + Number(payload.id);
    const taken = [...accounts.values()].some(each => each.id === id);
    const key = String(payload.name).toLowerCase();
    if (!taken && !accounts.has(key)) accounts.set(key, { ...payload, id });
  }
  const valid = all.map((entity): Entity => {
    const annotations = Object.entries(entity.metadata.annotations ?? {}).map(([key, value]) => [
      key.replace(host, '127.0.0.1'),
      key.endsWith('user-id') ? String(600 + Number(value)) : value,
    ]);
    const { email } = entity.spec?.profile as { email?: string };
    return {
      ...entity,
      metadata: { ...entity.metadata, annotations: Object.fromEntries(annotations) },
      // The catalog takes no empty email.
      spec: { profile: email ? { email } : {} },
    };
  });
  return { resolvers: list, transforms, payloads: [...accounts.values()], entities: valid };
}

function anyRealWorld(seed: number): TestWorld {
  const full = anyWorld
    .map(toRealWorld)
    .filter(({ payloads, entities: all }) => payloads.length > 4 && all.length > 4);
  return fc.sample(full, { numRuns: 1, seed })[0]!;
}

async function expectRealSignIns(world: RealWorld): Promise<void> {
  for (const { username, entityRef, code } of world.report.people) {
    expect([username, entityRef ?? code]).toEqual([username, await signIn(world, username)]);
  }
}

describe('the audit of a random world that runs', () => {
  it.each([1, 2, 3, 4, 5, 6])('says of everybody what the real sign-in does (%i)', async seed => {
    const random = anyRealWorld(seed);
    const world = await startRealWorld(random);
    try {
      const { people } = world.report;
      expect(people).toHaveLength(random.payloads.length);
      await expectRealSignIns(world);
      const resultOf = ({ username, entityRef, code }: PersonResult) => [username, entityRef, code];
      expect(world.offlineReport.people.map(resultOf).sort()).toEqual(people.map(resultOf).sort());
    } finally {
      await world.stop();
    }
  });

  it.each([1, 2, 3, 4])(
    'suggests resolvers that sign in as many people as it says (%i)',
    async seed => {
      const random = anyRealWorld(seed);
      const before = await startRealWorld(random);
      await before.stop();
      const { covered, resolvers: suggested, conflicted } = before.report.suggestion!;
      expect(covered).toBeGreaterThan(0);
      const after = await startRealWorld({
        ...random,
        resolvers: suggested as TestWorld['resolvers'],
      });
      try {
        await expectRealSignIns(after);
        const { summary, people } = after.report;
        expect(summary.counts.signsIn).toBe(covered);
        const own = people.filter(({ outcome }) => outcome === 'signsIn');
        expect(own.map(({ username }) => username)).toEqual(
          expect.not.arrayContaining([...conflicted, 'nobody']),
        );
      } finally {
        await after.stop();
      }
    },
  );
});
