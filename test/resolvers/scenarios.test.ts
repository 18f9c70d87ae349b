import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { isSignInError } from '../../src/errors';
import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';
import { readSignInSetup } from '../../src/readSignInSetup';
import { createSignInResolver, explainSignIn, nearMissesOf } from '../../src/resolvers';
import type { SignInDecisionEvent } from '../../src/resolvers';
import { createEntityLookup, userEntity } from '../support/createEntityLookup';
import { readScenarios } from '../support/readScenarios';
import type { Scenario } from '../support/readScenarios';
import { referenceEvaluate } from '../support/referenceEvaluate';

const baseUrl = 'https://git.corp.com/bitbucket';
const scenarios = readScenarios();

function prepare(scenario: Scenario) {
  const config = new ConfigReader({
    baseUrl,
    signIn: { resolvers: scenario.resolvers },
    profileTransforms: scenario.profileTransforms,
  } as JsonObject);
  const { match, profileTransform } = readSignInSetup(config, 'auth');
  const entities = scenario.entities.map(({ name, ...rest }) => userEntity(name, rest));
  const lookup = createEntityLookup(entities, query =>
    query.by === 'field' && scenario.unavailable?.includes(query.field)
      ? { type: 'unavailable', cause: new Error('down') }
      : undefined,
  );
  const { directory } = scenario;
  return {
    match,
    profileTransform,
    lookup,
    entities,
    findDirectory: directory && (async () => directory),
  };
}

async function signIn(scenario: Scenario) {
  const { profileTransform, entities: _entities, ...options } = prepare(scenario);
  const events: SignInDecisionEvent[] = [];
  const subs: string[] = [];
  const context = {
    issueToken: async ({ claims }) => {
      subs.push(claims.sub);
      return { token: 'x' };
    },
    resolveOwnershipEntityRefs: async () => ({ ownershipEntityRefs: [] }),
  } as Partial<AuthResolverContext> as AuthResolverContext;
  const resolver = createSignInResolver({
    ...options,
    onDecision: event => void events.push(event),
  });
  const session = { accessToken: 'a', tokenType: 'bearer', scope: '' };
  const fullProfile = toPassportProfile(parseBitbucketServerUser(scenario.user), { baseUrl });
  const result = { fullProfile, session };
  let error: unknown;
  try {
    const { profile } = await profileTransform(result, context);
    await resolver({ profile, result }, context);
  } catch (reason) {
    error = reason;
  }
  return { subs, error, trace: events[0]?.trace().steps ?? [] };
}

describe('scenarios', () => {
  it('are there', () => {
    expect(scenarios.length).toBeGreaterThan(50);
  });

  it.each(scenarios)('%s: sign-in', async (_name, scenario) => {
    const { subs, error, trace } = await signIn(scenario);
    const expected = scenario.expect;
    expect(trace.map(({ step, outcome, action }) => [step, outcome, action])).toEqual(
      expected.trace,
    );
    if ('userEntityRef' in expected) {
      expect(error).toBeUndefined();
      expect(subs).toEqual([expected.userEntityRef]);
      return;
    }
    if (!isSignInError(error)) throw error;
    expect(subs).toEqual([]);
    expect(error.code).toBe(expected.code);
    expect(error.message).toBe(
      `${expected.publicText} (${error.code}, reference ${error.reference})`,
    );
  });

  it.each(scenarios)('%s: explain says the same', async (_name, scenario) => {
    const { entities, ...options } = prepare(scenario);
    const explanation = await explainSignIn({
      ...options,
      user: scenario.user,
      baseUrl,
      findNearMisses: async queries => entities.flatMap(entity => nearMissesOf(entity, queries)),
    });
    const { decision, steps } = explanation.trace;
    const expected = scenario.expect;
    expect(steps.map(({ step, outcome, action }) => [step, outcome, action])).toEqual(
      expected.trace,
    );
    expect('userEntityRef' in decision ? decision.userEntityRef : decision.code).toBe(
      'userEntityRef' in expected ? expected.userEntityRef : expected.code,
    );
    if (scenario.nearMisses) {
      const refs = new Set(explanation.nearMisses.map(({ entityRef }) => entityRef));
      expect([...refs]).toEqual(scenario.nearMisses);
    }
    expect(JSON.parse(JSON.stringify(explanation))).toMatchObject({
      user: { id: scenario.user.id },
    });
  });

  const evaluated = scenarios.filter(
    ([
      ,
      {
        expect: { trace },
      },
    ]) => trace.length > 0,
  );
  it.each(evaluated)('%s: a plain sequential reading says the same', async (_name, scenario) => {
    const { entities: _entities, ...options } = prepare(scenario);
    const { subject } = await explainSignIn({ ...options, user: scenario.user, baseUrl });
    const verdict = await referenceEvaluate(options.match, subject!, options.lookup);
    const expected = scenario.expect;
    if ('userEntityRef' in expected) expect(verdict.ref).toBe(expected.userEntityRef);
    // The plain reading knows one code for all that is denied.
    else if (!expected.code.startsWith('EMAIL_')) expect(verdict.code).toBe(expected.code);
    else expect(verdict.outcome).toBe('refused');
  });
});
