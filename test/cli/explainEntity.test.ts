import type { JudgedReport } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';
import { storedEntities, useCliFolder } from './cliFolder';
import { bitbucketUser, host } from './worlds';

describe('explain <entity>', () => {
  const folder = useCliFolder();

  beforeEach(() => {
    folder.configure(
      'app-config.yaml',
      'userIdMatchingUserEntityAnnotation',
      'emailMatchingUserEntityProfileEmail',
      'usernameMatchingUserEntityName',
    );
    folder.write(
      'entities.json',
      storedEntities(
        userEntity('ceo', { email: 'boss@corp.example' }),
        userEntity('eva', { annotations: { [`${host}/user-id`]: '7' } }),
        userEntity('lonely'),
      ),
    );
  });

  const explain = async (ref: string, users: object[], ...more: string[]) => {
    folder.write('users.json', users);
    const files = ['--users', 'users.json', '--entities', 'entities.json'];
    return folder.run('explain', ref, ...files, ...more);
  };

  it('names every account that becomes it, and those that a step alone would take for it', async () => {
    const users = [
      bitbucketUser('eva', { id: 7, emailAddress: 'Boss@corp.example' }),
      bitbucketUser('boss', { id: 8, emailAddress: 'boss@corp.example' }),
      bitbucketUser('CEO', { id: 9, displayName: 'The Boss' }),
      bitbucketUser('ceo', { id: 10, active: false }),
      bitbucketUser('other', { id: 11 }),
    ];
    const { exitCode, stdout } = await explain('user:default/ceo', users);
    expect(stdout).toBe(`user:default/ceo
DANGER: 2 Bitbucket accounts sign in as this entity; each can act as this person:
  boss (id 8, boss@corp.example) by emailMatchingUserEntityProfileEmail
  CEO (The Boss, id 9) by usernameMatchingUserEntityName
For these accounts a single step would match it, but the chain decides otherwise:
  eva (id 7, Boss@corp.example) by emailMatchingUserEntityProfileEmail; today: user:default/eva by userIdMatchingUserEntityAnnotation
`);
    expect(exitCode).toBe(1);
    const json = await explain('user:default/ceo', users, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      entityRef: 'user:default/ceo',
      exists: true,
      accounts: [{ username: 'boss' }, { username: 'CEO' }],
      others: [{ username: 'eva', today: { entityRef: 'user:default/eva' } }],
    });
  });

  it.each(['user:eva', 'User:default/EVA'])('takes %s as Backstage does', async ref => {
    const { exitCode, stdout } = await explain(ref, [bitbucketUser('x', { id: 7 })]);
    expect(stdout).toContain(
      'user:default/eva\nOne Bitbucket account signs in as this entity:\n  x',
    );
    expect(exitCode).toBe(0);
  });

  it('does not name an account of which the entity says that it is another one', async () => {
    const { exitCode, stdout } = await explain('user:eva', [bitbucketUser('eva', { id: 8 })]);
    expect(stdout).toBe('user:default/eva\nNo Bitbucket account signs in as this entity.\n');
    expect(exitCode).toBe(1);
  });

  it('finds an entity that is only a name, where the config lets people in without one', async () => {
    folder.configure('app-config.yaml', {
      resolver: 'usernameMatchingUserEntityName',
      dangerouslyAllowSignInWithoutUserInCatalog: true,
    });
    const { exitCode, stdout } = await explain('user:default/new', [bitbucketUser('new')]);
    expect(stdout).toContain('user:default/new (not in the catalog)\nOne Bitbucket');
    const report = await folder.run(
      ...['audit', '--json', '--users', 'users.json', '--entities', 'entities.json'],
    );
    // The catalog may have entities that are not in these files.
    expect((JSON.parse(report.stdout) as JudgedReport).notes).toEqual([
      expect.stringMatching(/signs nobody in under a name that owns something in the catalog/),
    ]);
    expect(exitCode).toBe(0);
  });

  it('shows a terminal no control character of a name', async () => {
    const users = [bitbucketUser('x', { id: 7, name: 'a\u001b[2J', displayName: '\u202e' })];
    const { stdout } = await explain('user:eva', users);
    expect(stdout).toContain('a\\u{1b}[2J (\\u{202e}, id 7)');
  });

  it.each([
    ['user:default/none', /has no user:default\/none, and nobody would sign in as it/],
    ['group:default/team', /is not a User entity/],
  ])('says what is wrong with %s', async (ref, expected) => {
    const { exitCode, stderr } = await explain(ref, [bitbucketUser('x', { id: 7 })]);
    expect(stderr).toMatch(expected);
    expect(exitCode).toBe(2);
  });
});
