import { isSignInError } from '../../../src/errors';
import {
  agreement,
  explainSignIn,
  formatExplanation,
  matchers,
  nearMissesOf,
} from '../../../src/resolvers';
import type { ExplainSignInOptions } from '../../../src/resolvers';
import { composeProfileTransforms } from '../../../src/transforms';
import { createEntityLookup, userEntity } from '../../support/createEntityLookup';

const user = {
  id: 7,
  name: 'jane',
  slug: 'jane-slug',
  emailAddress: 'jane@corp.com',
  active: true,
  type: 'NORMAL',
};
const entities = [
  userEntity('one', { email: 'jane@corp.com' }),
  userEntity('two', { email: 'JANE@corp.com' }),
  userEntity('jane', { namespace: 'other' }),
];
const byId = matchers.annotation({ from: 'id', annotation: 'git.corp.com/user-id' });
const byEmail = matchers.profileEmail();
const byName = matchers.entityName({ from: 'username' });

const explain = (options: Partial<ExplainSignInOptions>) =>
  explainSignIn({
    user,
    baseUrl: 'https://git.corp.com',
    match: [byName],
    lookup: createEntityLookup(entities),
    ...options,
  });

describe('explainSignIn', () => {
  it('reads like an answer', async () => {
    const denied = matchers.profileEmail({ allowedDomains: ['corp.org'] });
    const own = {
      name: 'own',
      label: 'own',
      match: () => ({
        type: 'query' as const,
        attempts: [
          {
            query: {
              by: 'field' as const,
              field: 'spec.profile.email' as const,
              value: 'jane@corp.com',
            },
            reject: () => 'not today',
          },
        ],
      }),
    };
    const match = [byId, denied, own, { matcher: byEmail, onAmbiguous: 'next' as const }, byName];
    const findNearMisses: ExplainSignInOptions['findNearMisses'] = async queries =>
      entities.flatMap(entity => nearMissesOf(entity, queries));
    expect(formatExplanation(await explain({ match, findNearMisses }))).toBe(
      [
        'jane (id 7, slug jane-slug, jane@corp.com)',
        '1. idAnnotation -> none (next)',
        '   User with metadata.annotations.git.corp.com/user-id = "7": nobody',
        '2. profileEmail -> denied: its domain is not one of corp.org (next)',
        '3. own -> none (next)',
        '   User with spec.profile.email = "jane@corp.com": user:default/one rejected (not today), user:default/two rejected (not today)',
        '4. profileEmail -> ambiguous (next)',
        '   User with spec.profile.email = "jane@corp.com": user:default/one, user:default/two',
        '5. usernameEntityName -> none (next)',
        '   User "jane" in namespace "default": nobody',
        '=> refused with MULTIPLE_MATCHING_USERS: every step was tried',
      ].join('\n'),
    );
  });

  it('names the near misses of a person whom nobody matches', async () => {
    const findNearMisses: ExplainSignInOptions['findNearMisses'] = async queries =>
      entities.flatMap(entity => nearMissesOf(entity, queries));
    const text = formatExplanation(await explain({ findNearMisses }));
    expect(text.split('\n').slice(-2)).toEqual([
      '=> refused with NO_MATCHING_USER: every step was tried',
      '   near miss: user:other/jane: it has the name, but is in namespace "other"',
    ]);
  });

  it('says who signs in, and by which step', async () => {
    const match = [
      agreement([
        matchers.entityName({ from: 'username', namespaces: ['other'] }),
        matchers.entityName({ from: 'username', namespaces: ['*'] }),
      ]),
    ];
    const { trace } = await explain({ match });
    expect(trace.decision).toEqual({
      outcome: 'matched',
      userEntityRef: 'user:other/jane',
      step: 'agreement(usernameEntityName, usernameEntityName)',
    });
    expect(trace.steps[0]!.lookups).toHaveLength(2);
  });

  it('refuses a payload as a sign-in does', async () => {
    const error: unknown = await explain({ user: { name: 'x' } }).catch(reason => reason);
    expect(isSignInError(error) && error.code).toBe('USER_PAYLOAD_INVALID');
  });

  it('lets no transform use the context of a sign-in, which could issue a token', async () => {
    const profileTransform = composeProfileTransforms(async (profile, { context }) => {
      await context.issueToken({ claims: { sub: 'user:default/root' } });
      return profile;
    });
    const { trace } = await explain({ profileTransform });
    expect(trace.decision).toMatchObject({ outcome: 'refused', code: 'PROFILE_TRANSFORM_FAILED' });
  });
});
