import { join } from 'node:path';
import { readPeople, startBitbucketSimulator } from '../../../demo/bitbucket';
import { useFolder } from '../../support/useFolder';
import { get, json } from './support';

const payloads = join(__dirname, '../../../fixtures/payloads');
const folder = useFolder();
const { write } = folder;

describe('readPeople', () => {
  it('reads every user payload, and the simulator serves each as it is', async () => {
    const people = readPeople(payloads);
    expect(people.length).toBeGreaterThan(60);
    const simulator = await startBitbucketSimulator({ people });
    try {
      const { accessToken } = simulator.issueTokens(String(people[0]?.user.name));
      const path = '/rest/api/latest/users?limit=1000&avatarSize=64';
      const { values } = await json(await get(simulator, path, accessToken));
      expect(values).toEqual(
        people.map(({ user }) => ({ avatarUrl: expect.any(String), ...user })),
      );
    } finally {
      await simulator.close();
    }
  });

  it('splits the facts of the directory from the payload', () => {
    const [person] = readPeople(join(payloads, 'user-035-detailed-created-timestamp.json'));
    expect(person?.directory).toEqual({
      directoryName: 'Bitbucket Internal Directory',
      deletable: true,
      createdTimestamp: 1368145580548,
      lastAuthenticationTimestamp: 1368145580548,
      mutableDetails: true,
      mutableGroups: true,
    });
    expect(Object.keys(person?.user ?? {}).sort()).toEqual([
      'active',
      'displayName',
      'emailAddress',
      'id',
      'links',
      'name',
      'slug',
      'type',
    ]);
  });

  it('reads pages and lists, and every *.json of a folder without user-*.json', () => {
    const [b1, b2] = ['b1', 'b2'].map(name => ({ name, slug: name }));
    write('b.json', { size: 2, values: [b1, b2] });
    write('a.json', [{ name: 'a1', slug: 'a1', mutableDetails: false }]);
    write('notes.txt', 'not me');
    expect(readPeople(folder.path)).toEqual([
      {
        user: { name: 'a1', slug: 'a1' },
        directory: { directoryName: 'Bitbucket Internal Directory', mutableDetails: false },
      },
      { user: b1 },
      { user: b2 },
    ]);
    write('user-1.json', { name: 'only me', slug: 'only_me' });
    expect(readPeople(folder.path)).toEqual([{ user: { name: 'only me', slug: 'only_me' } }]);
  });

  it.each([
    ['half a JSON', '{"name":', 'not readable as JSON'],
    ['no user', { errors: [] }, '"name" must be a non-empty string'],
    ['a page with a hole', { values: [null] }, '"name" must be a non-empty string'],
    ['a number for a name', { name: 5, slug: 'a' }, '"name" must be a non-empty string'],
    ['a package', { name: 'left-pad', version: '1.0.0' }, '"slug" must be a non-empty string'],
    ['an empty page', { size: 0, values: [] }, 'the file holds no Bitbucket user'],
    ['an empty list', [], 'the file holds no Bitbucket user'],
    [
      'a broken directory',
      { name: 'a', slug: 'a', mutableDetails: 'yes' },
      '"mutableDetails" must be true or false',
    ],
  ])('names the file that holds %s', (_name, content, message) => {
    const file = write('user-bad.json', content);
    expect(() => readPeople(folder.path)).toThrow(`${file}: `);
    expect(() => readPeople(folder.path)).toThrow(message);
  });

  it('says when there is nothing to read', () => {
    expect(() => readPeople(folder.path)).toThrow(`${folder.path}: the folder has no *.json file`);
    const missing = join(folder.path, 'missing');
    expect(() => readPeople(missing)).toThrow(`${missing}: there is no such file or folder`);
  });
});
