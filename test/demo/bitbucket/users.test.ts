import { join } from 'node:path';
import { readPeople } from '../../../demo/bitbucket';
import { get, json, makePerson, recorded, useSimulators } from './support';

const start = useSimulators();
const payloads = join(__dirname, '../../../fixtures/payloads');
const API = '/rest/api/latest';

describe('users', () => {
  it('finds by a part of name, display name or email, in any letter case', async () => {
    const simulator = await start({
      people: [
        makePerson('ann', 1),
        makePerson('joanna', 2),
        makePerson('u3', 3, { displayName: 'Hannah' }),
        makePerson('u4', 4, { emailAddress: 'ANN@corp.example' }),
        makePerson('bob', 5),
        { user: { name: 'bare' } },
      ],
    });
    const { accessToken } = simulator.issueTokens('bob');
    const page = await json(await get(simulator, `${API}/users?filter=aNN`, accessToken));
    expect((page.values as { name: string }[]).map(({ name }) => name)).toEqual([
      'ann',
      'joanna',
      'u3',
      'u4',
    ]);
  });

  it('pages in the shape of a live server', async () => {
    const people = readPeople(join(payloads, 'page-users-1of4-s0.json'));
    const more = [2, 3, 4].flatMap(n =>
      readPeople(join(payloads, `page-users-${n}of4-s${n * 3 - 3}.json`)),
    );
    const simulator = await start({ people: [...people, ...more] });
    const { accessToken } = simulator.issueTokens('admin');
    for (const [index, startAt] of [0, 3, 6, 9].entries()) {
      const path = `${API}/users?limit=3&start=${startAt}`;
      expect(await json(await get(simulator, path, accessToken))).toEqual(
        recorded(`page-users-${index + 1}of4-s${startAt}.json`),
      );
    }
    const empty = await get(simulator, `${API}/users?filter=no-such-person`, accessToken);
    expect(await json(empty)).toEqual(recorded('page-users-empty.json'));
    expect(simulator.counts).toMatchObject({ users: 5, 'users-page-2': 3 });
  });

  it('gives 25 unless asked, 1000 at most, and 400 for nonsense', async () => {
    const people = Array.from({ length: 1001 }, (_, id) => makePerson(`u${id}`, id));
    const simulator = await start({ people });
    const { accessToken } = simulator.issueTokens('u0');
    const page = async (query: string) =>
      json(await get(simulator, `${API}/users?${query}`, accessToken));
    expect(await page('')).toMatchObject({ size: 25, limit: 25, nextPageStart: 25 });
    expect(await page('limit=5000')).toMatchObject({ size: 1000, limit: 1000, isLastPage: false });
    expect(await page('limit=1000&start=1000')).toMatchObject({ size: 1, isLastPage: true });
    for (const query of ['limit=0', 'limit=x', 'start=-1', 'start=1.5']) {
      const response = await get(simulator, `${API}/users?${query}`, accessToken);
      expect([query, response.status]).toEqual([query, 400]);
    }
  });

  it('serves an avatar address only with avatarSize: the payload own one, or a relative one', async () => {
    const own = 'http://www.gravatar.com/avatar/1?s=32';
    const simulator = await start({
      contextPath: '/bitbucket',
      people: [makePerson('a', 1, { avatarUrl: own }), makePerson('Ana.López', 2)],
    });
    const { accessToken } = simulator.issueTokens('a');
    const user = async (path: string) => json(await get(simulator, `${API}${path}`, accessToken));
    expect(await user('/users/a')).not.toHaveProperty('avatarUrl');
    expect(await user('/users/a?avatarSize=32')).toHaveProperty('avatarUrl', own);
    const relative = '/bitbucket/users/ana.l%C3%B3pez/avatar.png?s=48';
    const found = await user('/users?avatarSize=48&filter=ana');
    expect(found.values).toEqual([expect.objectContaining({ avatarUrl: relative })]);
    const image = await fetch(new URL(relative, simulator.baseUrl));
    expect(image.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await image.arrayBuffer());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect((await get(simulator, '/users/nobody/avatar.png')).status).toBe(404);
  });

  it('knows one person by the slug alone', async () => {
    const people = [makePerson('jane@example', 1), makePerson('a/b', 2, { slug: 'a b%' })];
    const simulator = await start({ people });
    const { accessToken } = simulator.issueTokens('a/b');
    const find = (slug: string) => get(simulator, `${API}/users/${slug}`, accessToken);
    expect(await json(await find('jane_example'))).toEqual(people[0]?.user);
    expect(await json(await find('a%20b%25'))).toEqual(people[1]?.user);
    const byName = await find('jane%40example');
    expect(byName.status).toBe(404);
    expect(await json(byName)).toEqual({
      errors: [
        {
          context: null,
          message: 'User jane@example does not exist.',
          exceptionName: 'com.atlassian.bitbucket.user.NoSuchUserException',
        },
      ],
    });
    expect((await find('%E0%A4%A')).status).toBe(404);
  });
});

describe('admin/users', () => {
  it('adds the facts of the directory', async () => {
    const people = readPeople(join(payloads, 'page-admin-users-external.json'));
    const simulator = await start({ people });
    const { accessToken } = simulator.issueTokens('CD_user');
    const all = await get(simulator, `${API}/admin/users`, accessToken);
    expect(await json(all)).toEqual(recorded('page-admin-users-external.json'));
    const plain = await json(await get(simulator, `${API}/users`, accessToken));
    expect(JSON.stringify(plain)).not.toContain('irectoryName');
  });

  it('filters, and takes the internal directory for people without facts', async () => {
    const simulator = await start();
    const { accessToken } = simulator.issueTokens('jdoe');
    const page = await json(await get(simulator, `${API}/admin/users?filter=jane`, accessToken));
    expect(page.values).toEqual([
      expect.objectContaining({ name: 'Jane@example', mutableDetails: true }),
    ]);
    expect(JSON.stringify(page)).not.toContain('lastAuthenticationTimestamp');
  });
});
