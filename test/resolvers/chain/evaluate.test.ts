import { randomInt } from 'node:crypto';
import { stringifyEntityRef } from '@backstage/catalog-model';
import fc from 'fast-check';
import type { CatalogUserLookup, UserLookupAnswer } from '../../../src/lookup';
import type { Subject } from '../../../src/profile';
import { agreement, matchPlan, matchers, traceChain } from '../../../src/resolvers';
import type { ChainStep, Matcher, SignInTrace } from '../../../src/resolvers';
import { createEntityLookup, userEntity } from '../../support/createEntityLookup';
import type { EntityLookup } from '../../support/createEntityLookup';
import { referenceEvaluate } from '../../support/referenceEvaluate';

const subject: Subject = {
  id: '7',
  username: 'jane',
  slug: 'jane-slug',
  email: 'jane@corp.com',
  emailOrigin: 'payload',
  host: 'git.corp.com',
  refresh: false,
};
const byId = matchers.annotation({ from: 'id', annotation: 'git.corp.com/user-id' });
const byEmail = matchers.profileEmail({ allowedDomains: ['corp.com', 'org.com'] });
const byMissing = matchers.entityName({ from: 'username', stripPrefix: 'CORP\\' });
const byName = matchers.entityName({ from: 'username', namespaces: ['default', 'people'] });
const bySlug = matchers.entityName({ from: 'slug', namespaces: ['*'] });

function verdictOf({ decision }: SignInTrace) {
  return decision.outcome === 'refused'
    ? { outcome: 'refused', code: decision.code }
    : { outcome: decision.outcome, ref: decision.userEntityRef };
}

const arbitraryEntity = fc
  .record({
    name: fc.constantFrom('jane', 'Jane', 'jane-slug', 'john'),
    namespace: fc.constantFrom('default', 'people', 'other'),
    kind: fc.constantFrom('User', 'User', 'User', 'Group'),
    email: fc.constantFrom('jane@corp.com', 'JANE@corp.com', 'john@corp.com', undefined),
    id: fc.constantFrom('7', '8', undefined, undefined),
    owner: fc.constantFrom(undefined, undefined, 'user:default/jane', 'group:other/john'),
  })
  .map(({ name, id, owner, ...rest }) =>
    userEntity(name, {
      ...rest,
      annotations: id ? { 'git.corp.com/user-id': id } : {},
      relations: owner ? [{ type: 'ownedBy', targetRef: owner }] : [],
    }),
  );
const action = fc.constantFrom('next' as const, 'stop' as const, undefined);
const simple = fc.constantFrom<Matcher>(byId, byEmail, byName, bySlug);
const arbitraryStep: fc.Arbitrary<ChainStep> = fc.record({
  matcher: fc.oneof(
    { weight: 3, arbitrary: simple },
    fc.array(simple, { minLength: 2, maxLength: 3 }).map(agreement),
  ),
  onMissing: action,
  onNoMatch: action,
  onDenied: action,
  onAmbiguous: action,
  dangerouslyAllowSignInWithoutUserInCatalog: fc.constantFrom(false, true, undefined, {
    namespace: 'other',
  }),
});
const arbitrarySubject: fc.Arbitrary<Subject> = fc.record({
  id: fc.constantFrom('7', '8', undefined),
  username: fc.constantFrom('jane', 'john', 'no name', undefined),
  slug: fc.constantFrom('jane-slug', 'jane', undefined),
  email: fc.constantFrom('jane@corp.com', 'jane@evil.test', 'john@corp.com', undefined),
  emailOrigin: fc.constant('payload' as const),
  host: fc.constant('git.corp.com'),
  refresh: fc.boolean(),
});

describe('a chain', () => {
  it('decides as a plain sequential reading of the rules does', async () => {
    const seen = new Set<string>();
    const seed = Number(process.env.WORLDS_SEED ?? randomInt(2 ** 31));
    process.stdout.write(`worlds of this run: WORLDS_SEED=${seed}\n`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(arbitraryEntity, { selector: stringifyEntityRef, maxLength: 6 }),
        fc.array(arbitraryStep, { minLength: 1, maxLength: 4 }),
        arbitrarySubject,
        fc.constantFrom('none', 'none', 'name', 'email', 'conflict'),
        fc.array(fc.nat(3)),
        async (entities, steps, who, fault, delays) => {
          const broken = (query: { by: string }): UserLookupAnswer | undefined => {
            if (fault === 'name' && query.by === 'ref') return { type: 'unavailable', cause: 'x' };
            if (fault === 'email' && query.by === 'field')
              return { type: 'unavailable', cause: 'x' };
            return fault === 'conflict' && query.by === 'field' ? { type: 'conflict' } : undefined;
          };
          const lookup = createEntityLookup(entities, broken);
          const verdict = await referenceEvaluate(steps, who, lookup);
          const shuffled = outOfOrder(lookup, delays);
          const trace = await traceChain({ match: steps, subject: who, lookup: shuffled });
          expect(verdictOf(trace)).toEqual(verdict);
          seen.add(verdict.code ?? verdict.outcome);
        },
      ),
      { numRuns: 5000, seed },
    );
    // The worlds are only worth something when every kind of answer came up in them.
    expect([...seen].sort()).toEqual([
      'ATTRIBUTES_DISAGREE',
      'ATTRIBUTE_MISSING',
      'CATALOG_UNAVAILABLE',
      'EMAIL_DOMAIN_NOT_ALLOWED',
      'ENTITY_OF_ANOTHER_ACCOUNT',
      'MULTIPLE_MATCHING_USERS',
      'NO_MATCHING_USER',
      'USER_REF_TAKEN',
      'matched',
      'withoutUser',
    ]);
  }, 60_000);

  it.each([
    ['one latency when the first step finds the person', 'spec.profile.email', 1],
    ['two when a later one does', 'default', 2],
    ['two when nobody does', undefined, 2],
  ])('takes %s', async (_what, found, latencies) => {
    const rounds: string[][] = [];
    let release: (() => void)[] = [];
    const lookup: CatalogUserLookup = {
      async find(query) {
        const asked = query.by === 'ref' ? query.namespace : query.field;
        rounds.at(-1)!.push(asked);
        await new Promise<void>(resolve => release.push(resolve));
        const jane = userEntity('jane', { email: 'jane@corp.com' });
        return { type: 'entities', entities: asked === found ? [jane] : [] };
      },
    };
    const match = [byMissing, byEmail, byId, byName, bySlug];
    rounds.push([]);
    let decided: SignInTrace | undefined;
    const deciding = traceChain({ match, subject, lookup }).then(trace => (decided = trace));
    while (!decided) {
      // All that can go on without an answer has gone on.
      await new Promise(setImmediate);
      if (decided) break;
      const waiting = release;
      release = [];
      expect(waiting).not.toEqual([]);
      rounds.push([]);
      waiting.forEach(answer => answer());
    }
    await deciding;
    const asked = rounds.filter(round => round.length > 0);
    expect(asked).toHaveLength(latencies);
    expect(asked[0]).toEqual(['spec.profile.email']);
    if (latencies === 2) {
      expect(asked[1]).toEqual([
        'metadata.annotations.git.corp.com/user-id',
        'default',
        'people',
        'metadata.name',
      ]);
    }
  });

  it('passes on whether this is a refresh', async () => {
    const find = jest.fn(async () => ({ type: 'entities' as const, entities: [] }));
    await traceChain({
      match: [byEmail],
      subject: { ...subject, refresh: true },
      lookup: { find },
    });
    expect(find).toHaveBeenCalledWith(expect.anything(), { refresh: true });
  });

  it.each<[string, Matcher['match']]>([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['returns nothing', () => undefined as never],
    ['returns text', () => 'jane' as never],
    ['returns an unknown plan', () => ({ type: 'sure' }) as never],
    [
      'throws in its own check',
      () =>
        matchPlan.query(
          { by: 'ref', namespace: 'default', name: 'jane' },
          {
            reject: () => {
              throw new Error('bug');
            },
          },
        ),
    ],
    [
      'hides an agreement in an agreement',
      s =>
        ({
          type: 'agreement',
          parts: [{ matcher: byName, plan: agreement([byName, byId]).match(s) }],
        }) as never,
    ],
  ])('refuses when a matcher %s, and does not go on to a step less sure', async (_what, match) => {
    const trace = await traceChain({
      match: [{ name: 'own', label: 'own', match }, byName],
      subject,
      lookup: createEntityLookup([userEntity('jane')]),
    });
    expect(trace.decision).toEqual({ outcome: 'refused', code: 'MATCHER_FAILED', step: 'own' });
    expect(trace.steps).toMatchObject([{ step: 'own', outcome: 'failed' }]);
  });

  it('takes a lookup that breaks its contract for one that cannot be asked', async () => {
    const lookup = { find: () => Promise.reject(new Error('boom')) };
    const trace = await traceChain({ match: [byName], subject, lookup });
    expect(verdictOf(trace)).toEqual({ outcome: 'refused', code: 'CATALOG_UNAVAILABLE' });
  });

  it('does not let the outage of a later step spoil the match of an earlier one', async () => {
    const lookup = createEntityLookup([userEntity('jane', { email: 'jane@corp.com' })], query =>
      query.by === 'ref' ? { type: 'unavailable', cause: new Error('down') } : undefined,
    );
    const trace = await traceChain({ match: [byEmail, byName], subject, lookup });
    expect(verdictOf(trace)).toEqual({
      outcome: 'matched',
      ref: 'user:default/jane',
    });
  });
});

/** The same answers, but in any order of time. */
function outOfOrder(lookup: EntityLookup, delays: readonly number[]): EntityLookup {
  let count = 0;
  return {
    ...lookup,
    async find(query) {
      const answer = await lookup.find(query);
      const turns = delays[count++ % (delays.length || 1)] ?? 0;
      for (let turn = 0; turn < turns * 3; turn += 1) await Promise.resolve();
      return answer;
    },
  };
}
