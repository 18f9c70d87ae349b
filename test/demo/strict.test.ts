import { join } from 'node:path';
import type { Demo } from '../../demo/Demo';
import { findExpectations } from '../../demo/findExpectations';
import { startDemo } from '../../demo/startDemo';
import type { Expectation } from '../../demo/world/Expectation';
import { guestsExpectations } from '../../demo/world/guestsExpectations';
import { strictExpectations } from '../../demo/world/strictExpectations';
import { refreshOverHttp, signInOverHttp } from '../support/signInOverHttp';

const fileOf = (sample: string) => join(__dirname, `../../demo/world/${sample}.app-config.yaml`);

/** The claims of a row: who one is, and through what one owns things. */
function claimsOf({ expect: outcome }: Expectation) {
  if ('code' in outcome) throw new Error(`${outcome.code} has no claims`);
  const { entityRef, groups = [] } = outcome;
  return { type: 'user', userEntityRef: entityRef, ownershipEntityRefs: [entityRef, ...groups] };
}

const sorted = (refs: readonly string[] | undefined) => [...(refs ?? [])].sort();

describe.each([
  { sample: 'strict', expectations: strictExpectations, warned: [] },
  {
    sample: 'guests',
    expectations: guestsExpectations,
    warned: [
      'usernameMatchingUserEntityName: dangerouslyAllowSignInWithoutUserInCatalog signs in people who are not in the catalog',
    ],
  },
])('The $sample sample config of the demo', ({ sample, expectations, warned }) => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({ frontend: false, configFiles: [fileOf(sample)] });
  });

  afterAll(async () => {
    await demo?.stop();
  });

  it('warns at start of what is dangerous in it, and of nothing else', () => {
    const prefix = 'auth warn auth.providers.bitbucketServer.development: ';
    const warnings = demo.logs.filter(line => line.startsWith(prefix));
    expect(warnings.map(line => line.slice(prefix.length))).toEqual(warned);
  });

  it('has a row for every person, which the demo prints', () => {
    expect(findExpectations({ configFiles: [fileOf(sample)] })).toBe(expectations);
    expect(expectations.map(({ username }) => username)).toEqual(
      demo.bitbucket.people.map(({ user }) => user.name),
    );
  });

  it.each(expectations.filter(row => 'entityRef' in row.expect))(
    'signs in $username and keeps the session: $shows',
    async row => {
      const { response, error, session } = await signInOverHttp(demo.backendUrl, row.username);
      expect(error).toBeUndefined();
      const refreshed = await refreshOverHttp(session);
      expect(refreshed.error).toBeUndefined();

      const expected = claimsOf(row);
      for (const answer of [response, refreshed.response]) {
        const identity = answer?.backstageIdentity?.identity;
        expect(identity?.userEntityRef).toBe(expected.userEntityRef);
        expect(sorted(identity?.ownershipEntityRefs)).toEqual(sorted(expected.ownershipEntityRefs));
      }
    },
  );

  it.each(expectations.filter(row => 'code' in row.expect))(
    'refuses $username: $shows',
    async row => {
      const { response, error, session } = await signInOverHttp(demo.backendUrl, row.username);
      expect(response).toBeUndefined();
      const [, code, reference] = /\((\w+), reference (\S+)\)$/.exec(error?.message ?? '') ?? [];
      expect({ code }).toEqual(row.expect);
      expect(demo.logs.filter(line => line.includes(`reference ${reference}: `))).toHaveLength(1);

      expect((await refreshOverHttp(session)).response).toBeUndefined();
    },
  );

  it('asks Bitbucket for directories with a credential of its own, which the log does not hold', () => {
    const credentials = demo.bitbucket.requests
      .filter(({ routes }) => routes.includes('admin-users'))
      .map(({ headers }) => headers.authorization?.replace(/^Bearer /, '') ?? '');
    expect(new Set(credentials).size).toBe(1);
    expect(credentials[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(demo.logs.filter(line => line.includes(credentials[0]!))).toEqual([]);
  });

  it('trusts nobody by email while Bitbucket cannot be asked for directories', async () => {
    const { user, directory } = demo.bitbucket.people.find(person => person.user.name === 'ada')!;
    // An account that nobody has asked about yet.
    const another = { ...user, id: 2101, name: 'ada2', slug: 'ada2' };
    demo.bitbucket.addPerson({ user: another, directory });
    demo.bitbucket.faults.set('admin-users', { status: 500 });
    const { error } = await signInOverHttp(demo.backendUrl, 'ada2');
    demo.bitbucket.faults.clear();
    expect(error?.message).toContain('(EMAIL_NOT_TRUSTED, ');
  });
});

describe('The table that the demo prints', () => {
  it.each([
    [{ users: 'elsewhere' }],
    [{ catalog: 'other.yaml' }],
    [{ configFiles: ['other.yaml'] }],
    [{ configFiles: [fileOf('strict'), 'other.yaml'] }],
  ])('foretells nothing with %j', options => {
    expect(findExpectations(options)).toBeUndefined();
  });
});
