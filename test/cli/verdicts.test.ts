import fc from 'fast-check';
import { createAuditRun } from '../../cli/src/audit';
import { explainSignIn } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { ChainStep, SignInTrace } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { createEntityLookup } from '../support/createEntityLookup';
import { referenceEvaluate } from '../support/referenceEvaluate';
import { anyWorld, audit, bitbucketUser, settingsOf } from './worlds';
import type { TestWorld } from './worlds';

const decompose = (text: unknown) => typeof text === 'string' && text !== text.normalize('NFC');

/** The one thing that the plain lookup of the tests takes for found and a catalog does not: it composes letters. */
function isComposed({ entities }: TestWorld): boolean {
  return !entities.some(({ spec }) => decompose((spec?.profile as { email?: string })?.email));
}

function verdictOf({ decision }: SignInTrace) {
  return decision.outcome === 'refused'
    ? { code: decision.code, entityRef: undefined }
    : { code: undefined, entityRef: decision.userEntityRef };
}

describe('the verdict of the audit', () => {
  it('is that of explainSignIn, for everybody in random worlds', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld.filter(isComposed), async world => {
        const settings = settingsOf(world);
        const { people } = await audit(world);
        const explained = await Promise.all(
          world.payloads.map(async user => {
            const { trace, user: who } = await explainSignIn({
              user,
              baseUrl: settings.baseUrl,
              match: settings.match,
              lookup: createEntityLookup(world.entities),
              profileTransform: settings.profileTransform,
            });
            return { id: who.id, username: who.username, ...verdictOf(trace) };
          }),
        );
        const audited = people.map(({ id, username, code, entityRef }) => ({
          id,
          username,
          code,
          entityRef,
        }));
        const sorted = (list: readonly unknown[]) => list.map(each => JSON.stringify(each)).sort();
        expect(sorted(audited)).toEqual(sorted(explained));
      }),
      { numRuns: 300 },
    );
  });

  it('is that of the command "explain", whatever letters there are', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld, async world => {
        const run = createAuditRun({ ...world, settings: settingsOf(world) });
        for (const payload of world.payloads) {
          const { result } = await run.audit(payload);
          const { trace } = await run.explain(payload);
          const { code, entityRef } = result;
          expect({ code, entityRef }).toEqual(verdictOf(trace));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is that of the plain reading of the rules', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld.filter(isComposed), async world => {
        const settings = settingsOf(world);
        const run = createAuditRun({ ...world, settings });
        for (const payload of world.payloads) {
          const { result, subject } = await run.audit(payload);
          if (!subject) continue;
          const lookup = createEntityLookup(world.entities);
          const expected = await referenceEvaluate(settings.match as ChainStep[], subject, lookup);
          expect(result.entityRef ?? result.code).toBe(expected.ref ?? expected.code);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('finds nobody by a letter that a catalog keeps in another form, as the sign-in', async () => {
    const world: TestWorld = {
      resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }],
      payloads: [bitbucketUser('jose', { emailAddress: 'jos\u00e9@corp.example' })],
      entities: [],
    };
    const entity = {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name: 'jose', namespace: 'default' },
      spec: { profile: { email: 'jose\u0301@corp.example' } },
    };
    const { people } = await audit({ ...world, entities: [entity] });
    expect(people[0]).toMatchObject({ outcome: 'nobody', code: 'NO_MATCHING_USER' });
  });

  it('trusts an email by the directory that the list of users says', async () => {
    const resolvers = [
      { resolver: 'emailMatchingUserEntityProfileEmail', emailTrust: 'readOnlyDirectory' },
    ];
    const emails = ['ada@corp.example', 'bob@corp.example', 'eve@corp.example'];
    const [ada, bob, eve] = emails.map(email =>
      bitbucketUser(email.slice(0, 3), { emailAddress: email }),
    );
    const entities = emails.map(email => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name: email.slice(0, 3), namespace: 'default' },
      spec: { profile: { email } },
    }));
    const payloads = [
      { ...ada!, mutableDetails: false, directoryName: 'LDAP' },
      { ...bob!, mutableDetails: true, directoryName: 'Internal' },
      eve!,
    ];
    const { people, summary } = await audit({ resolvers, payloads, entities });
    expect(people.map(({ username, outcome }) => [username, outcome]).sort()).toEqual([
      ['ada', 'signsIn'],
      ['bob', 'denied'],
      ['eve', 'unknown'],
    ]);
    expect(people.find(({ username }) => username === 'bob')?.reason).toContain(
      'people can edit their own email in the directory',
    );
    expect(summary).toMatchObject({ expected: 3, conflicts: 0 });
  });
});
