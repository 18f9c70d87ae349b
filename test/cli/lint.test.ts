import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { userEntity } from '../support/createEntityLookup';
import { audit, bitbucketUser, host } from './worlds';

const resolvers = [
  { resolver: 'userIdMatchingUserEntityAnnotation' },
  { resolver: 'emailMatchingUserEntityProfileEmail' },
  { resolver: 'usernameMatchingUserEntityName' },
];

/** Everybody has an entity of their own, and nothing is twice; `named: false` = no entity says by id whose it is. */
function cleanWorld({ named = true } = {}): { payloads: JsonObject[]; entities: Entity[] } {
  const names = ['ada', 'bob', 'cem', 'Dör.the', 'eve-lyn', 'f_f'];
  const payloads = names.map((name, index) =>
    bitbucketUser(name, { id: 900 + index, emailAddress: `${name.toLowerCase()}@corp.example` }),
  );
  const entities = names.map((name, index) =>
    userEntity(`person-${index}`, {
      email: `${name.toLowerCase()}@corp.example`,
      annotations: {
        ...(named && { [`${host}/user-id`]: String(900 + index) }),
        'backstage.io/managed-by-location': 'url:https://corp.example/org.yaml',
      },
    }),
  );
  const group = userEntity('team', { kind: 'Group', email: 'team@corp.example' });
  return { payloads, entities: [...entities, group] };
}

async function findingsWith(more: {
  payloads?: JsonObject[];
  entities?: Entity[];
  named?: boolean;
}): Promise<[string, string, readonly string[]][]> {
  const clean = cleanWorld(more);
  const { findings } = await audit({
    resolvers,
    payloads: [...clean.payloads, ...(more.payloads ?? [])],
    entities: [...clean.entities, ...(more.entities ?? [])],
  });
  return findings.map(({ rule, severity, concerns }) => [rule, severity, [...concerns].sort()]);
}

/** Added where a seeded entity belongs to nobody in Bitbucket, which is a finding of its own. */
const unreached = (...refs: string[]) => ['unreachedEntity', 'info', refs.sort()];

describe('the lint of the audit', () => {
  it('finds nothing in a clean world', async () => {
    expect(await findingsWith({})).toEqual([]);
  });

  it('finds an entity that two Bitbucket users reach, and calls it dangerous', async () => {
    const payloads = [bitbucketUser('mallory', { emailAddress: 'ADA@corp.example' })];
    expect(await findingsWith({ payloads, named: false })).toEqual([
      ['sharedEntity', 'danger', ['bitbucket:ada', 'bitbucket:mallory', 'user:default/person-0']],
    ]);
  });

  it('says so in the line of each of those people', async () => {
    const { payloads, entities } = cleanWorld({ named: false });
    payloads.push(bitbucketUser('mallory', { emailAddress: 'ada@corp.example' }));
    const { people, summary } = await audit({ resolvers, payloads, entities });
    const dangerous = people.filter(({ reason }) => reason?.startsWith('DANGER'));
    expect(dangerous.map(({ username }) => username).sort()).toEqual(['ada', 'mallory']);
    expect(summary.conflicts).toBe(1);
  });

  it('shows an entity that names its account as the refusal of everybody else, with both people', async () => {
    const { payloads, entities } = cleanWorld();
    payloads.push(bitbucketUser('mallory', { emailAddress: 'ada@corp.example' }));
    const { people } = await audit({ resolvers, payloads, entities });
    expect(people.find(({ username }) => username === 'mallory')).toMatchObject({
      outcome: 'denied',
      code: 'ENTITY_OF_ANOTHER_ACCOUNT',
      reason: 'user:default/person-0 belongs to "ada" by its user id',
    });
    expect(await findingsWith({ payloads: payloads.slice(-1) })).toEqual([
      ['guardedEntity', 'warning', ['bitbucket:ada', 'bitbucket:mallory', 'user:default/person-0']],
    ]);
  });

  it('finds one email on two entities', async () => {
    const entities = [userEntity('bob.two', { email: 'bob@corp.example' })];
    expect(await findingsWith({ entities })).toEqual([
      ['duplicateEmail', 'warning', ['user:default/bob.two', 'user:default/person-1']],
      unreached('user:default/bob.two'),
    ]);
  });

  it('finds emails that differ by letter case only', async () => {
    const entities = [userEntity('bob.two', { email: 'BOB@corp.example' })];
    expect(await findingsWith({ entities })).toEqual([
      ['caseTwin', 'warning', ['user:default/bob.two', 'user:default/person-1']],
      unreached('user:default/bob.two'),
    ]);
  });

  it.each([
    ['the Kelvin sign', '\u212aim@corp.example', 'kim@corp.example'],
    ['a full-width letter', '\uff4bim@corp.example', 'kim@corp.example'],
    ['an invisible character', 'k\u200bim@corp.example', 'kim@corp.example'],
    ['letter case beyond ASCII', '\u00c5sa@corp.example', '\u00e5sa@corp.example'],
  ])('finds emails that look alike by %s', async (_what, one, other) => {
    const entities = [userEntity('k.one', { email: one }), userEntity('k.two', { email: other })];
    expect(await findingsWith({ entities })).toEqual([
      ['unicodeTwin', 'danger', ['user:default/k.one', 'user:default/k.two']],
      unreached('user:default/k.one', 'user:default/k.two'),
    ]);
  });

  it('finds emails that differ by the plus tag only', async () => {
    const entities = [userEntity('bob.two', { email: 'bob+git@corp.example' })];
    expect(await findingsWith({ entities })).toEqual([
      ['plusTagTwin', 'warning', ['user:default/bob.two', 'user:default/person-1']],
      unreached('user:default/bob.two'),
    ]);
  });

  it('finds one user id on two entities, and none in annotations that nobody is matched by', async () => {
    const annotations = { [`${host}/user-id`]: '901', 'corp.example/floor': '3' };
    const entities = [
      userEntity('bob.two', { annotations }),
      userEntity('gil', { annotations: { 'corp.example/floor': '3' } }),
    ];
    const payloads = [bitbucketUser('gil')];
    expect(await findingsWith({ entities, payloads })).toEqual([
      ['duplicateAnnotation', 'warning', ['user:default/bob.two', 'user:default/person-1']],
    ]);
  });

  it('finds a group that has the email of a person, in Bitbucket or in the catalog', async () => {
    const entities = [
      userEntity('crew', { kind: 'Group', email: 'Bob@corp.example' }),
      userEntity('desk', { kind: 'Group', email: 'gil@corp.example' }),
    ];
    const payloads = [bitbucketUser('gil', { emailAddress: 'gil@corp.example' })];
    expect(await findingsWith({ entities, payloads })).toEqual([
      ['groupEmail', 'warning', ['group:default/crew', 'user:default/person-1']],
      ['groupEmail', 'warning', ['bitbucket:gil', 'group:default/desk']],
    ]);
  });

  it('finds entities that nobody maps to, those of inactive accounts among them', async () => {
    const entities = [
      userEntity('left', { email: 'left@corp.example' }),
      userEntity('never', { email: 'never@corp.example' }),
    ];
    const payloads = [bitbucketUser('left', { emailAddress: 'left@corp.example', active: false })];
    expect(await findingsWith({ entities, payloads })).toEqual([
      unreached('user:default/left', 'user:default/never'),
    ]);
  });
});
