import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { formatReport, onlyProblems, runAudit } from 'backstage-bitbucket-server';
import type { AuditReport } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';
import { audit, bitbucketUser, host, settingsOf } from './worlds';

const byEmail = { resolver: 'emailMatchingUserEntityProfileEmail' };
const byUsername = { resolver: 'usernameMatchingUserEntityName' };
const byId = { resolver: 'userIdMatchingUserEntityAnnotation' };

const email = (name: string) => `${name}@corp.example`;
const jane = bitbucketUser('jane', { id: 41, emailAddress: email('jane') });
const eve = bitbucketUser('eve', { id: 42, emailAddress: email('jane.doe') });

function verdicts({ people }: AuditReport): Record<string, string> {
  return Object.fromEntries(people.map(({ username, outcome }) => [username, outcome]));
}

function rulesOf({ findings }: AuditReport): string[] {
  return findings.filter(({ rule }) => rule !== 'unreachedEntity').map(({ rule }) => rule);
}

describe('somebody who becomes somebody else', () => {
  it.each<[string, Entity]>([
    ['the name', userEntity('jane', { email: email('jane.doe') })],
    [
      'the annotation of the username',
      userEntity('j', { email: email('jane.doe'), annotations: { [`${host}/username`]: 'JANE' } }),
    ],
    [
      'the annotation of the slug',
      userEntity('j', { email: email('jane.doe'), annotations: { [`${host}/user-slug`]: 'jane' } }),
    ],
    [
      'the annotation of the email',
      userEntity('j', {
        email: email('jane.doe'),
        annotations: { [`${host}/email`]: email('jane') },
      }),
    ],
    [
      'the annotation of a username that is not listed any more',
      userEntity('j', { email: email('jane.doe'), annotations: { [`${host}/username`]: 'gone' } }),
    ],
  ])('is the first finding and not covered: %s speaks against it', async (_what, entity) => {
    const resolvers = [byEmail];
    const report = await audit({ resolvers, payloads: [jane, eve], entities: [entity] });
    expect(verdicts(report)).toEqual({ eve: 'somebodyElse', jane: 'nobody' });
    const [first] = report.findings;
    expect(first).toMatchObject({ rule: 'becomesSomebodyElse', severity: 'danger' });
    expect(first!.concerns).toContain('bitbucket:eve');
    if (!_what.includes('not listed')) expect(first!.concerns).toContain('bitbucket:jane');
    expect(report.summary).toMatchObject({ coverage: 0, conflicts: 1 });
  });

  it('is found by the profile email, when the username is matched', async () => {
    const entities = [userEntity('eve', { email: email('jane') })];
    const report = await audit({ resolvers: [byUsername], payloads: [jane, eve], entities });
    expect(verdicts(report)).toEqual({ eve: 'somebodyElse', jane: 'nobody' });
    expect(report.findings[0]!.text).toBe(
      '"eve" becomes user:default/eve by usernameMatchingUserEntityName, but its profile email "jane@corp.example" is that of "jane"',
    );
  });

  it('is nobody whom the entity names by id, whatever its other attributes say', async () => {
    const annotations = { [`${host}/user-id`]: '42', [`${host}/username`]: 'jane' };
    const entities = [userEntity('jane', { email: email('jane'), annotations })];
    const report = await audit({ resolvers: [byId], payloads: [jane, eve], entities });
    expect(verdicts(report)).toEqual({ eve: 'signsIn', jane: 'nobody' });
    expect(rulesOf(report)).toEqual([]);
  });

  it('is refused where the entity names its account, and the report says whose it is', async () => {
    const annotations = { [`${host}/user-id`]: '41' };
    const entities = [userEntity('x', { email: email('jane.doe'), annotations })];
    const report = await audit({ resolvers: [byEmail], payloads: [jane, eve], entities });
    expect(report.people.find(({ username }) => username === 'eve')).toMatchObject({
      outcome: 'denied',
      code: 'ENTITY_OF_ANOTHER_ACCOUNT',
      reason: 'user:default/x belongs to "jane" by its user id',
    });
    expect(rulesOf(report)).toEqual(['guardedEntity']);
  });

  it('may be somebody with the email of an account that is inactive now', async () => {
    const left = bitbucketUser('left', { emailAddress: email('jane.doe'), active: false });
    const entities = [userEntity('x', { email: email('jane.doe') })];
    const report = await audit({ resolvers: [byEmail], payloads: [left, eve], entities });
    expect(verdicts(report)).toEqual({ eve: 'signsIn', left: 'inactive' });
    expect(report.findings[0]).toMatchObject({ rule: 'reusedEmail', severity: 'danger' });
    expect(report.findings[0]!.concerns).toEqual([
      'user:default/x',
      'bitbucket:eve',
      'bitbucket:left',
    ]);
  });

  it('may be somebody with the username of an account that is gone', async () => {
    const entities = [userEntity('eve', { email: email('evelyn.old') })];
    const report = await audit({ resolvers: [byUsername], payloads: [jane, eve], entities });
    expect(verdicts(report)).toMatchObject({ eve: 'signsIn' });
    expect(rulesOf(report)).toEqual(['unconfirmedMatch']);
    const alias = [userEntity('eve', { email: 'Jane.Doe@alias.example' })];
    expect(
      rulesOf(await audit({ resolvers: [byUsername], payloads: [jane, eve], entities: alias })),
    ).toEqual([]);
  });
});

describe('the percentage', () => {
  const payloads = [
    bitbucketUser('own', { mutableDetails: true }),
    bitbucketUser('one', { emailAddress: email('both'), mutableDetails: true }),
    bitbucketUser('two', { emailAddress: email('both'), mutableDetails: true }),
    bitbucketUser('guest'),
    bitbucketUser('mail', { emailAddress: email('mail.x'), mutableDetails: true }),
    bitbucketUser('ldap', { emailAddress: email('ldap.x'), mutableDetails: false }),
    bitbucketUser('either', { emailAddress: email('either.x') }),
  ];
  const entities = [
    userEntity('own'),
    userEntity('both', { email: email('both') }),
    ...['mail', 'ldap', 'either'].map(name =>
      userEntity(`${name}.x`, { email: email(`${name}.x`) }),
    ),
  ];
  const resolvers = [byEmail, { ...byUsername, dangerouslyAllowSignInWithoutUserInCatalog: true }];

  it('is of people with an entity of their own; the others are numbers beside it', async () => {
    const report = await audit({ resolvers, payloads, entities });
    expect(report.summary).toMatchObject({
      expected: 7,
      counts: { signsIn: 4, shared: 2, withoutEntity: 1 },
      coverage: (100 * 4) / 7,
      reliesOnEditableEmail: 3,
      reliesOnUnknownEmail: 1,
    });
    const text = formatReport(onlyProblems(report), { color: false, width: 120, limit: 9 });
    expect(text).toContain('57.1 % of 7 people would sign in as an entity of their own');
    expect(text).toContain('\n3 people rely on an email that they can edit in Bitbucket.\n');
    expect(text).toContain('\n1 person relies on an email, and it is not known who can edit it.\n');
    expect(text).toMatch(/│ guest +│ without entity/);
    expect(text).not.toContain('│ own');
  });

  it('can leave people out who were not seen recently, or have no licence', async () => {
    const now = Date.UTC(2026, 0, 31);
    const days = (count: number) => now - count * 24 * 60 * 60_000;
    const seen = (name: string, count?: number): JsonObject =>
      bitbucketUser(name, count === undefined ? {} : { lastAuthenticationTimestamp: days(count) });
    const report = await runAudit({
      settings: settingsOf({ resolvers: [byUsername], payloads: [], entities: [] }),
      payloads: [seen('own', 1), seen('old', 91), seen('never'), seen('lost', 2), seen('cut', 3)],
      entities: [userEntity('own'), userEntity('old')],
      usedWithinMs: 90 * 24 * 60 * 60_000,
      licensed: new Set(['own', 'old', 'never', 'lost']),
      now: () => now,
    });
    expect(verdicts(report)).toEqual({
      own: 'signsIn',
      old: 'unused',
      never: 'unused',
      lost: 'nobody',
      cut: 'unlicensed',
    });
    expect(report.summary).toMatchObject({ total: 5, expected: 2, coverage: 50 });
    expect(report.people.find(({ username }) => username === 'old')?.entityRef).toBe(
      'user:default/old',
    );
  });

  it('leaves nobody out for what is not known, and says so', async () => {
    const report = await runAudit({
      settings: settingsOf({ resolvers: [byUsername], payloads: [], entities: [] }),
      payloads: [bitbucketUser('own')],
      entities: [userEntity('own')],
      usedWithinMs: 1,
    });
    expect(report.summary).toMatchObject({ expected: 1, coverage: 100 });
    expect(report.notes).toEqual([
      'it is not known when people last used Bitbucket, so that nobody was left out for that',
    ]);
  });
});

describe('what is not known', () => {
  const trusting = { ...byEmail, emailTrust: 'readOnlyDirectory' };
  const entities = [userEntity('ada.x', { email: email('ada') }), userEntity('ada')];
  const payloads = [bitbucketUser('ada', { emailAddress: email('ada') })];

  it('is not guessed: the verdict says both possibilities', async () => {
    const report = await audit({ resolvers: [trusting, byUsername], payloads, entities });
    expect(report.people[0]).toMatchObject({
      outcome: 'unknown',
      candidates: ['user:default/ada', 'user:default/ada.x'],
      reason:
        'the directory of the account is not known: signs in as user:default/ada.x if people cannot edit their email there, else signs in as user:default/ada',
    });
    expect(report.people[0]!.entityRef).toBeUndefined();
    expect(report.summary).toMatchObject({ coverage: 0, counts: { unknown: 1, signsIn: 0 } });
  });

  it('is no matter where the verdict is the same in both cases', async () => {
    const resolvers = [byUsername, trusting];
    expect(verdicts(await audit({ resolvers, payloads, entities }))).toEqual({ ada: 'signsIn' });
  });

  it.each([
    [{ readOnly: true }, 'user:default/ada.x'],
    [{ unknown: 'Bitbucket Server could not be asked' }, 'user:default/ada'],
  ])('is taken from what the sign-in is told, when that is given: %j', async (answer, expected) => {
    const resolvers = [trusting, byUsername];
    const { people } = await runAudit({
      settings: settingsOf({ resolvers, payloads, entities }),
      payloads,
      entities,
      findDirectory: async () => answer,
    });
    expect(people[0]!.entityRef).toBe(expected);
  });

  it('is who becomes an entity that is there twice', async () => {
    const twice = [userEntity('ada', { email: email('ada') }), userEntity('ada')];
    const report = await audit({ resolvers: [byEmail], payloads, entities: twice });
    expect(report.people[0]).toMatchObject({
      outcome: 'unknown',
      candidates: ['user:default/ada'],
    });
    expect(report.entities.users).toBe(1);
    expect(report.suggestion).toBeUndefined();
  });

  it('is who becomes an entity that the catalog may not have', async () => {
    const entities = [{ ...userEntity('ada', { email: email('ada') }), isUncertain: true }];
    const report = await audit({ resolvers: [byEmail], payloads, entities });
    expect(report.people[0]).toMatchObject({
      outcome: 'unknown',
      candidates: ['user:default/ada'],
    });
    expect(report.suggestion).toBeUndefined();
  });
});
