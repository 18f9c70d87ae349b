import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import { fetchBitbucketServerUser } from '../../src/profile';
import { createNamesakes, jane } from '../authenticator/support/people';

describe('fetchBitbucketServerUser', () => {
  let simulator: BitbucketSimulator;

  beforeEach(async () => {
    simulator = await startBitbucketSimulator({
      people: [{ user: jane }],
      contextPath: '/bitbucket',
    });
  });

  afterEach(() => simulator.close());

  const read = (username: string) =>
    fetchBitbucketServerUser({
      baseUrl: `${simulator.baseUrl}/`,
      accessToken: simulator.issueTokens(username).accessToken,
    });

  it('reads the user that a token belongs to', async () => {
    const user = await read(jane.name);
    expect(user).toMatchObject(jane);
    expect(user.raw).toMatchObject(jane);
    expect(user.avatarUrl).toBeDefined();
  });

  it.each(['a b+c%41&d=e', 'süß', '名前', 'a/../b', '%2540', "o'neil"])(
    'reads the user named %j, whose name needs encoding',
    async name => {
      simulator.addPerson({ user: { ...jane, id: 7, name, slug: 'some-slug' } });
      expect((await read(name)).name).toBe(name);
    },
  );

  it('is not misled by users whose email, display name or longer name holds the name', async () => {
    const others = [
      { id: 2, name: 'other', slug: 'other', emailAddress: `x${jane.name}` },
      { id: 3, name: 'third', slug: 'third', displayName: jane.name },
      { id: 4, name: `a${jane.name}`, slug: 'fourth' },
      { id: 5, name: jane.name.toUpperCase(), slug: 'fifth' },
    ];
    for (const user of others) simulator.addPerson({ user: { ...jane, ...user } });
    expect((await read(jane.name)).id).toBe(jane.id);
    expect((await read('other')).id).toBe(2);
  });

  it('reads all pages', async () => {
    simulator.removePerson(jane.name);
    for (const person of createNamesakes(jane.name, 500)) simulator.addPerson(person);
    simulator.addPerson({ user: jane });
    expect((await read(jane.name)).id).toBe(jane.id);
    const pages = simulator.requests.filter(({ routes }) => routes.includes('users'));
    expect(pages.map(({ query }) => query.start)).toEqual(['0', '500']);
  });

  it('refuses two users with the same name, also when one of them has the right id', async () => {
    simulator.addPerson({ user: { ...jane, id: 9 } });
    await expect(read(jane.name)).rejects.toMatchObject({
      code: 'USER_NOT_READABLE',
      detail: expect.stringContaining('2 users named exactly "jdoe@corp.example"'),
    });
  });

  it('refuses a user whose name differs in letter case only', async () => {
    const { accessToken } = simulator.issueTokens(jane.name);
    const page = { values: [{ ...jane, name: 'JDoe@corp.example' }], isLastPage: true };
    simulator.faults.set('users', { json: page });
    await expect(
      fetchBitbucketServerUser({ baseUrl: simulator.baseUrl, accessToken }),
    ).rejects.toMatchObject({ code: 'USER_NOT_READABLE' });
  });

  it('refuses a user with another id than who am I says', async () => {
    simulator.faults.set('users', { json: { values: [{ ...jane, id: 9 }], isLastPage: true } });
    await expect(read(jane.name)).rejects.toMatchObject({ code: 'USER_ID_MISMATCH' });
  });

  it('refuses a token of nobody, although the answer is 200', async () => {
    simulator.faults.set('whoami', { withoutIdentityHeaders: true });
    await expect(read(jane.name)).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
  });

  it.each<[string, object]>([
    ['no list', {}],
    ['a list that is none', { values: 'x' }],
    ['a next page that is this page', { values: [], isLastPage: false, nextPageStart: 0 }],
    ['a next page that is not said', { values: [], isLastPage: false }],
    ['a next page that is no number', { values: [], isLastPage: false, nextPageStart: '25' }],
  ])('refuses a page with %s', async (_name, json) => {
    simulator.faults.set('users', { json });
    await expect(read(jane.name)).rejects.toMatchObject({ code: 'BITBUCKET_RESPONSE_INVALID' });
    expect(simulator.counts.users).toBe(1);
  });

  it('does not read pages for ever', async () => {
    let start = 0;
    const work = fetchBitbucketServerUser({
      baseUrl: 'https://git.example.com',
      accessToken: 'token',
      fetch: async () => {
        start += 1;
        return Response.json(
          { values: [], isLastPage: false, nextPageStart: start },
          { headers: { 'x-ausername': 'jane' } },
        );
      },
    });
    await expect(work).rejects.toMatchObject({
      code: 'USER_NOT_READABLE',
      detail: expect.stringContaining('More than 40 pages'),
    });
    // Who am I, then 40 pages.
    expect(start).toBe(41);
  });

  it('takes a page without the two paging keys as the last one', async () => {
    simulator.faults.set('users', { json: { values: [jane] } });
    expect((await read(jane.name)).id).toBe(jane.id);
  });

  it('cares about no other user of the page being valid', async () => {
    const values = [null, 7, 'x', { name: {} }, { name: 'x' }, jane];
    simulator.faults.set('users', { json: { values, isLastPage: true } });
    expect((await read(jane.name)).id).toBe(jane.id);
  });

  it('refuses an invalid record of the right name', async () => {
    simulator.faults.set('users', { json: { values: [{ ...jane, id: 'x' }], isLastPage: true } });
    await expect(read(jane.name)).rejects.toMatchObject({ code: 'USER_PAYLOAD_INVALID' });
  });
});
