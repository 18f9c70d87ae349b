import type { AuthResolverContext, SignInInfo } from '@backstage/plugin-auth-node';
import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';
import type { Subject } from '../../src/profile';
import { createSignInResolver, matchers } from '../../src/resolvers';

const user = parseBitbucketServerUser({
  id: 0,
  name: 'Jane@Corp.com',
  slug: 'jane_corp.com',
  emailAddress: 'Jane@Corp.com',
});
const fullProfile = toPassportProfile(user, { baseUrl: 'https://git.corp.com', refresh: true });

/** What the matchers of a sign-in see. */
async function subjectOf(info: SignInInfo<unknown>): Promise<Subject> {
  const subjects: Subject[] = [];
  const resolver = createSignInResolver({
    match: [matchers.entityName({ from: 'username' })],
    lookup: { find: async () => ({ type: 'entities', entities: [] }) },
    onDecision: ({ subject }) => void subjects.push(subject),
  });
  await expect(resolver(info, {} as AuthResolverContext)).rejects.toThrow();
  return subjects[0]!;
}

describe('the subject of a sign-in', () => {
  it('reads a sign-in of our authenticator', async () => {
    const subject = await subjectOf({
      profile: { email: 'Jane@Corp.com' },
      result: { fullProfile },
    });
    expect(subject).toEqual({
      id: '0',
      username: 'Jane@Corp.com',
      slug: 'jane_corp.com',
      email: 'Jane@Corp.com',
      emailOrigin: 'payload',
      host: 'git.corp.com',
      refresh: true,
    });
  });

  it("reads a sign-in of upstream's authenticator, which knows neither slug nor host", async () => {
    const thin = {
      provider: 'bitbucketServer',
      id: '7',
      username: 'jane',
      emails: [{ value: 'jane@corp.com' }],
    };
    expect(
      await subjectOf({ profile: { email: 'jane@corp.com' }, result: { fullProfile: thin } }),
    ).toEqual({
      id: '7',
      username: 'jane',
      slug: undefined,
      email: 'jane@corp.com',
      emailOrigin: 'payload',
      host: undefined,
      refresh: false,
    });
  });

  it('takes the email of the transformed profile, and knows when it is not that of Bitbucket', async () => {
    const changed = await subjectOf({
      profile: { email: 'jane@corp.com' },
      result: { fullProfile },
    });
    expect(changed).toMatchObject({ email: 'jane@corp.com', emailOrigin: 'derived' });
    const removed = await subjectOf({ profile: {}, result: { fullProfile } });
    expect(removed).toMatchObject({ email: undefined, emailOrigin: undefined });
  });

  it.each([
    undefined,
    null,
    'x',
    {},
    { fullProfile: null },
    { fullProfile: 'x' },
    { fullProfile: { id: 7, username: '' } },
  ])('knows nothing of the result %j', async result => {
    const { refresh, ...facts } = await subjectOf({ profile: {}, result });
    expect(refresh).toBe(false);
    expect(Object.values(facts).every(fact => fact === undefined)).toBe(true);
  });
});
