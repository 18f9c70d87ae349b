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

  it('refuses a token of nobody, although the answer is 200', async () => {
    simulator.faults.set('whoami', { withoutIdentityHeaders: true });
    await expect(read(jane.name)).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
  });

  describe('by the slug that Bitbucket makes of most names', () => {
    const paths = () => simulator.requests.map(({ path }) => path.split('/latest/')[1]);

    it('needs one request beyond who am I, however many others contain the name', async () => {
      for (const person of createNamesakes(jane.name, 1_100)) simulator.addPerson(person);
      expect((await read(jane.name)).id).toBe(jane.id);
      expect(paths()).toEqual(['application-properties', 'users/jdoe_corp.example']);
    });

    it.each([
      ['another name', { name: 'somebody.else', id: 9 }],
      ['a name that differs in letter case only', { name: 'JDoe@corp.example', id: 9 }],
    ])('searches when the slug belongs to %s', async (_name, other) => {
      simulator.removePerson(jane.name);
      simulator.addPerson({ user: { ...jane, ...other } });
      simulator.addPerson({ user: { ...jane, slug: 'jdoe_corp.example1' } });
      expect((await read(jane.name)).id).toBe(jane.id);
      expect(paths()).toEqual(['application-properties', 'users/jdoe_corp.example', 'users']);
    });

    it('refuses the right name under another id than who am I says', async () => {
      simulator.faults.set('user', { json: { ...jane, id: 9 } });
      await expect(read(jane.name)).rejects.toMatchObject({ code: 'USER_ID_MISMATCH' });
    });

    it('refuses an invalid record', async () => {
      simulator.faults.set('user', { json: { ...jane, id: 'x' } });
      await expect(read(jane.name)).rejects.toMatchObject({ code: 'USER_PAYLOAD_INVALID' });
    });

    it.each(['..', '.', '...'])('never asks for the slug %j', async name => {
      simulator.addPerson({ user: { ...jane, id: 7, name, slug: 'dots' } });
      expect((await read(name)).id).toBe(7);
      expect(paths()).toEqual(['application-properties', 'users']);
    });
  });

  describe('by a search', () => {
    /** Nobody can guess this slug. */
    const sought = { ...jane, slug: 'chosen-by-bitbucket' };

    beforeEach(() => {
      simulator.removePerson(jane.name);
      simulator.addPerson({ user: sought });
    });

    it('reads all pages', async () => {
      simulator.removePerson(jane.name);
      for (const person of createNamesakes(jane.name, 1_000)) simulator.addPerson(person);
      simulator.addPerson({ user: sought });
      expect((await read(jane.name)).id).toBe(jane.id);
      const pages = simulator.requests.filter(({ routes }) => routes.includes('users'));
      expect(pages.map(({ query }) => query.start)).toEqual(['0', '1000']);
    });

    it('ends at the page that has the name', async () => {
      for (const person of createNamesakes(jane.name, 1_000)) simulator.addPerson(person);
      expect((await read(jane.name)).id).toBe(jane.id);
      expect(simulator.counts.users).toBe(1);
    });

    it('refuses two users with the same name, also when one of them has the right id', async () => {
      simulator.addPerson({ user: { ...sought, id: 9 } });
      await expect(read(jane.name)).rejects.toMatchObject({
        code: 'USER_NOT_READABLE',
        detail: expect.stringContaining('2 users named exactly "jdoe@corp.example"'),
      });
    });

    it('refuses a user whose name differs in letter case only', async () => {
      const page = { values: [{ ...sought, name: 'JDoe@corp.example' }], isLastPage: true };
      simulator.faults.set('users', { json: page });
      await expect(read(jane.name)).rejects.toMatchObject({ code: 'USER_NOT_READABLE' });
    });

    it('refuses a user with another id than who am I says', async () => {
      const page = { values: [{ ...sought, id: 9 }], isLastPage: true };
      simulator.faults.set('users', { json: page });
      await expect(read(jane.name)).rejects.toMatchObject({ code: 'USER_ID_MISMATCH' });
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
            { status: start === 2 ? 404 : 200, headers: { 'x-ausername': 'jane' } },
          );
        },
      });
      await expect(work).rejects.toMatchObject({
        code: 'USER_NOT_READABLE',
        detail: expect.stringContaining('More than 20 pages'),
      });
      // Who am I, nobody under the slug, then 20 pages.
      expect(start).toBe(22);
    });

    it('takes a page without the two paging keys as the last one', async () => {
      simulator.faults.set('users', { json: { values: [sought] } });
      expect((await read(jane.name)).id).toBe(jane.id);
    });

    it('cares about no other user of the page being valid', async () => {
      const values = [null, 7, 'x', { name: {} }, { name: 'x' }, sought];
      simulator.faults.set('users', { json: { values, isLastPage: true } });
      expect((await read(jane.name)).id).toBe(jane.id);
    });

    it('refuses an invalid record of the right name', async () => {
      simulator.faults.set('users', {
        json: { values: [{ ...sought, id: 'x' }], isLastPage: true },
      });
      await expect(read(jane.name)).rejects.toMatchObject({ code: 'USER_PAYLOAD_INVALID' });
    });
  });
});
