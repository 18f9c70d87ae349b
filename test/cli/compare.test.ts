import type { JudgedReport } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';
import { storedEntities, useCliFolder } from './cliFolder';
import { bitbucketUser } from './worlds';

describe('audit --compare', () => {
  const folder = useCliFolder();
  const offline = ['--users', 'users.json', '--entities', 'entities.json'];

  beforeEach(() => {
    folder.configure('app-config.yaml', 'usernameMatchingUserEntityName');
    folder.configure('by-email.yaml', 'emailMatchingUserEntityProfileEmail');
    folder.write('users.json', [
      bitbucketUser('same', { id: 1, emailAddress: 'same@corp.example' }),
      bitbucketUser('swap', { id: 2, emailAddress: 'same2@corp.example' }),
      bitbucketUser('gain', { id: 3 }),
      bitbucketUser('loses', { id: 4, emailAddress: 'lost@corp.example' }),
      bitbucketUser('never', { id: 5 }),
    ]);
    folder.write(
      'entities.json',
      storedEntities(
        userEntity('same', { email: 'same@corp.example' }),
        userEntity('swap'),
        userEntity('other', { email: 'same2@corp.example' }),
        userEntity('gain'),
        userEntity('lost', { email: 'lost@corp.example' }),
      ),
    );
  });

  async function compare(...args: string[]) {
    const result = await folder.run('audit', ...offline, '--json', ...args);
    const { comparison } = JSON.parse(result.stdout || '{}') as Partial<JudgedReport>;
    const changes = comparison?.changes.map(
      ({ change, username, before, after, takesOverFrom }) => [
        username,
        change,
        before?.entityRef ?? before?.outcome,
        after?.entityRef ?? after?.outcome,
        ...(takesOverFrom ? [takesOverFrom] : []),
      ],
    );
    return { ...result, changes, notes: comparison?.notes };
  }

  it('says what another config would change, and for whom', async () => {
    const { changes, exitCode } = await compare('--compare', 'by-email.yaml');
    expect(changes).toEqual([
      ['swap', 'becomesAnother', 'user:default/other', 'user:default/swap'],
      ['loses', 'loses', 'user:default/lost', 'nobody'],
      ['gain', 'gains', 'missing', 'user:default/gain'],
    ]);
    expect(exitCode).toBe(0);
    const failed = await compare('--compare', 'by-email.yaml', '--fail-on', 'changed');
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toBe('Failed: 3 sign-ins change (--fail-on changed)\n');
  });

  it('shows it in the table', async () => {
    const { stdout } = await folder.run('audit', ...offline, '--compare', 'by-email.yaml');
    expect(stdout).toContain(
      'Compared with by-email.yaml: 1 becomes another entity, 1 can no longer sign in, 1 can now sign in.\n' +
        'becomes another swap: user:default/other by emailMatchingUserEntityProfileEmail -> user:default/swap by usernameMatchingUserEntityName\n' +
        'loses loses: user:default/lost by emailMatchingUserEntityProfileEmail -> no match (usernameMatchingUserEntityName: no match)\n',
    );
  });

  it('takes several files for one config, as --config does', async () => {
    folder.write('base.yaml', {
      auth: { providers: { bitbucketServer: { production: { host: 'bitbucket.corp.example' } } } },
    });
    folder.write('resolvers.yaml', {
      auth: {
        providers: {
          bitbucketServer: {
            production: { signIn: { resolvers: [{ resolver: 'usernameMatchingUserEntityName' }] } },
          },
        },
      },
    });
    const files = ['--compare', 'base.yaml', '--compare', 'resolvers.yaml'];
    const { changes } = await compare(...files, '--fail-on', 'changed');
    expect(changes).toEqual([]);
  });

  it('shows drift between two dates', async () => {
    await folder.run('audit', ...offline, '--json', 'old.json');
    const unchanged = await compare('--compare', 'old.json', '--fail-on', 'changed');
    expect(unchanged).toMatchObject({ changes: [], exitCode: 0 });
    folder.write('users.json', [
      bitbucketUser('same', { id: 1 }),
      // Renamed: still the same person, and another entity.
      bitbucketUser('gain', { id: 2 }),
      bitbucketUser('new', { id: 7 }),
      bitbucketUser('never', { id: 5 }),
    ]);
    folder.write(
      'entities.json',
      storedEntities(...['same', 'gain', 'new', 'swap'].map(name => userEntity(name))),
    );
    const { changes, exitCode } = await compare('--compare', 'old.json', '--fail-on', 'changed');
    expect(changes).toEqual([
      ['gain', 'becomesAnother', 'user:default/swap', 'user:default/gain', ['gain']],
      ['new', 'joins', undefined, 'user:default/new'],
      ['gain', 'leaves', 'user:default/gain', undefined],
    ]);
    expect(exitCode).toBe(1);
  });

  it('fails when a new account becomes an entity that was somebody else, and not for a new colleague', async () => {
    await folder.run('audit', ...offline, '--json', 'old.json');
    const rest = [bitbucketUser('same', { id: 1 }), bitbucketUser('swap', { id: 2 })];
    folder.write('users.json', [...rest, bitbucketUser('other', { id: 8 })]);
    const joined = await compare('--compare', 'old.json', '--fail-on', 'changed');
    expect(joined.exitCode).toBe(0);
    expect(joined.changes).toContainEqual(['other', 'joins', undefined, 'user:default/other']);

    folder.write('users.json', [...rest, bitbucketUser('gain', { id: 9 })]);
    const reused = await compare('--compare', 'old.json', '--fail-on', 'changed');
    expect(reused.changes![0]).toEqual(['gain', 'joins', undefined, 'user:default/gain', ['gain']]);
    expect(reused.exitCode).toBe(1);
    const { stdout } = await folder.run('audit', ...offline, '--compare', 'old.json');
    expect(stdout).toContain('DANGER: before, this entity was gain');
  });

  it('says when the other report is of another server', async () => {
    await folder.run('audit', ...offline, '--json', 'old.json');
    folder.write('old.json', folder.read('old.json').replace('bitbucket.corp', 'old.corp'));
    const { notes } = await compare('--compare', 'old.json');
    expect(notes).toEqual([
      expect.stringContaining('it comes from another server, https://old.corp.example'),
    ]);
  });

  it.each([
    [
      'a list of some people',
      (old: object) => ({ ...old, listed: 'problems' }),
      /without --problems/,
    ],
    ['an interrupted run', (old: object) => ({ ...old, missing: ['x'] }), /interrupted run/],
    ['another version', (old: object) => ({ ...old, version: 99 }), /of version 99, not 1/],
    ['people that are none', (old: object) => ({ ...old, people: [{}] }), /is not a report/],
    ['half a file', () => '{"version":', /cannot be read as JSON/],
  ])('refuses %s', async (_what, change, expected) => {
    await folder.run('audit', ...offline, '--json', 'old.json');
    folder.write('old.json', change(JSON.parse(folder.read('old.json')) as object));
    const { exitCode, stderr, stdout } = await compare('--compare', 'old.json');
    expect(stderr).toMatch(expected);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it.each([
    [['--fail-on', 'changed'], /needs --compare/],
    [['--compare', 'none.yaml'], /Config file .*none.yaml does not exist$/m],
    [['--compare', 'none.json'], /none\.json does not exist$/m],
  ])('says what is wrong with %j', async (args, expected) => {
    const { exitCode, stderr } = await compare(...args);
    expect(stderr).toMatch(expected);
    expect(exitCode).toBe(2);
  });
});
