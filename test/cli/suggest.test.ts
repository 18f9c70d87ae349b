import { formatReport } from 'backstage-bitbucket-server';
import { parse } from 'yaml';
import { userEntity } from '../support/createEntityLookup';
import { audit, bitbucketUser, host, settingsOf } from './worlds';

const people = ['ada', 'bob', 'cem', 'dan'];
const payloads = people.map((name, index) =>
  bitbucketUser(name, { id: 700 + index, emailAddress: `${name}.x@corp.example` }),
);

describe('the suggestion of the audit', () => {
  it('names the list that covers the most people, as YAML that the config takes', async () => {
    const entities = [
      userEntity('one', { annotations: { [`${host}/user-id`]: '700' } }),
      userEntity('two', { email: 'bob.x@corp.example' }),
      userEntity('cem', {}),
      userEntity('dan', {}),
    ];
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const { suggestion, summary } = await audit({ resolvers, payloads, entities });
    expect(summary.coverage).toBe(50);
    expect(suggestion?.covered).toBe(4);
    const tree = parse(suggestion!.yaml) as {
      auth: { providers: { bitbucketServer: { production: { signIn: { resolvers: [] } } } } };
    };
    const suggested = tree.auth.providers.bitbucketServer.production.signIn.resolvers;
    expect(suggested).toEqual(suggestion!.resolvers);
    const world = { resolvers: suggested, payloads, entities };
    expect(settingsOf(world).match).toHaveLength(3);
    expect((await audit(world)).summary).toMatchObject({ coverage: 100, conflicts: 0 });
  });

  it('covers fewer people rather than make two of them one', async () => {
    const entities = [
      ...people.map(name => userEntity(`${name}.x`, { email: `${name}.x@corp.example` })),
      userEntity('bob', {}),
    ];
    const eve = bitbucketUser('eve', { emailAddress: 'ada.x@corp.example' });
    const resolvers = [{ resolver: 'emailMatchingUserEntityProfileEmail' }];
    const report = await audit({ resolvers, payloads: [...payloads, eve], entities });
    expect(report.summary).toMatchObject({ coverage: 60, conflicts: 1 });
    expect(report.suggestion).toMatchObject({
      covered: 1,
      resolvers: [{ resolver: 'usernameMatchingUserEntityName' }],
    });
  });

  it('never makes somebody an entity when a safer attribute says that they are another', async () => {
    const entities = [
      userEntity('right', { annotations: { [`${host}/user-id`]: '700' } }),
      userEntity('wrong', { email: 'ada.x@corp.example' }),
      userEntity('bob', { email: 'bob.x@corp.example' }),
    ];
    const resolvers = [{ resolver: 'emailMatchingUserEntityProfileEmail' }];
    const { suggestion } = await audit({ resolvers, payloads, entities });
    expect(suggestion?.resolvers[0]).toEqual({ resolver: 'userIdMatchingUserEntityAnnotation' });
    const better = await audit({ resolvers: [...suggestion!.resolvers], payloads, entities });
    expect(better.people.find(({ username }) => username === 'ada')?.entityRef).toBe(
      'user:default/right',
    );
  });

  it('keeps the domains and the trust that the config sets for emails', async () => {
    const entities = people.map(name => userEntity(`${name}.x`, {}));
    const resolvers = [
      { resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains: ['corp.example'] },
    ];
    const { suggestion } = await audit({ resolvers, payloads, entities });
    expect(suggestion?.resolvers).toEqual([
      { resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains: ['corp.example'] },
    ]);
  });

  it('is silent when no list signs anybody in', async () => {
    const entities = [userEntity('stranger', { email: 'stranger@corp.example' })];
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    expect((await audit({ resolvers, payloads, entities })).suggestion).toBeUndefined();
  });

  it('leaves a conflict to the people who have it, names them, and says what it has compared', async () => {
    const many = Array.from({ length: 9 }, (_, index) => `p${index}`);
    const payloadsOfMany = [...many, 'twin'].map(name =>
      bitbucketUser(name, { emailAddress: `${name === 'twin' ? 'p0' : name}@corp.example` }),
    );
    const entities = many.map(name => userEntity(`x.${name}`, { email: `${name}@corp.example` }));
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const report = await audit({ resolvers, payloads: payloadsOfMany, entities });
    expect(report.suggestion).toMatchObject({
      covered: 8,
      conflicted: ['p0', 'twin'],
      resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }],
    });
    const { compared } = report.suggestion!;
    expect(compared).toBeGreaterThan(0);
    const text = formatReport(report, { color: false, width: 120, limit: 0 });
    expect(text).toContain(`${compared} list`);
    expect(text).toContain('2 would share an entity or become somebody else (p0, twin)');
    expect(text).not.toContain('nobody taken for somebody else');
  });

  it('does not suggest what the guard would refuse', async () => {
    const entities = [
      userEntity('one', {
        email: 'bob.x@corp.example',
        annotations: { [`${host}/user-id`]: '999' },
      }),
      userEntity('cem', {}),
    ];
    const resolvers = [{ resolver: 'userIdMatchingUserEntityAnnotation' }];
    const { suggestion } = await audit({ resolvers, payloads, entities });
    expect(suggestion).toMatchObject({
      covered: 1,
      resolvers: [{ resolver: 'usernameMatchingUserEntityName' }],
    });
  });

  it('looks in other namespaces, where there are any', async () => {
    const entities = people.map(name => userEntity(name, { namespace: 'people' }));
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const { suggestion } = await audit({ resolvers, payloads, entities });
    expect(suggestion).toMatchObject({
      covered: 4,
      resolvers: [{ resolver: 'usernameMatchingUserEntityName', namespaces: ['*'] }],
    });
  });
});
