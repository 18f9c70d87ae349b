import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { useCliFolder } from './cliFolder';
import { runInMemory } from './runInMemory';
import { bitbucketUser } from './worlds';

const entity = (name: string, rest = '') =>
  `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: ${name} }\nspec: { memberOf: []${rest} }\n`;

describe('what the command line writes', () => {
  const folder = useCliFolder();
  const { write, read } = folder;

  beforeEach(() => {
    configure('usernameMatchingUserEntityName');
    write('users.json', [bitbucketUser('ada'), bitbucketUser('bob', { id: 77 })]);
    write('entities.yaml', entity('ada'));
  });

  const run = (args: string[], io = {}) => runInMemory(args, { cwd: folder.path, ...io });
  const offline = ['--users', 'users.json', '--entities', 'entities.yaml'];

  const configure = (...resolvers: string[]) => folder.configure('app-config.yaml', ...resolvers);

  it.each([
    ['--json', /^\{/],
    ['--csv', /^.?"?username/],
    ['--html', /^<!doctype html>/],
  ])(
    'takes - as a file of %s for standard output, in place of the table',
    async (option, start) => {
      const { exitCode, stdout, stderr } = await run(['audit', ...offline, option, '-']);
      expect(stdout).toMatch(start);
      expect(stdout).not.toContain('│');
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(() => statSync(join(folder.path, '-'))).toThrow('ENOENT');
    },
  );

  it('sends one format to standard output, and not two', async () => {
    const { exitCode, stderr, stdout } = await run(['audit', ...offline, '--json', '--html', '-']);
    expect(stderr).toBe(
      '--json and --html cannot both go to standard output; name a file for one\n',
    );
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it.each([0o644, 0o666, 0o640, 0o400, 0o600])(
    'leaves no file to others that was there before with mode %o',
    async mode => {
      write('report.json', 'old');
      // Only its owner may write it, so that the mode can be one without write permission, too.
      chmodSync(join(folder.path, 'report.json'), mode | 0o200);
      const { exitCode } = await run(['audit', ...offline, '--json', 'report.json']);
      expect(exitCode).toBe(0);
      expect(statSync(join(folder.path, 'report.json')).mode & 0o777).toBe(0o600);
      expect(read('report.json')).toContain('user:default/ada');
    },
  );

  it('writes to a device as it is', async () => {
    const before = statSync('/dev/null').mode;
    const { exitCode } = await run(['audit', ...offline, '--json', '/dev/null']);
    expect(exitCode).toBe(0);
    expect(statSync('/dev/null').mode).toBe(before);
  });

  it('shows only people with a problem in every format', async () => {
    const files = ['--json', 'a.json', '--csv', 'a.csv', '--html', 'a.html'];
    const { stdout } = await run(['audit', ...offline, '--problems', ...files]);
    const note = 'only people with a problem are listed: 1 of 2';
    expect(stdout).toContain(`Note: ${note}`);
    expect(stdout).toContain('│ bob');
    expect(stdout).not.toContain('│ ada');
    const json = JSON.parse(read('a.json')) as { people: { username: string }[]; notes: string[] };
    expect(json.people.map(({ username }) => username)).toEqual(['bob']);
    expect(json.notes).toContain(note);
    expect(read('a.csv')).toContain('bob');
    expect(read('a.csv')).not.toContain('ada');
    expect(read('a.html')).toContain(note);
    expect(read('a.html')).not.toContain('by usernameMatchingUserEntityName');
    // The numbers are those of all.
    expect(stdout).toContain('50 % of 2 people');
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(
      readFileSync(join(__dirname, '../../cli/package.json'), 'utf8'),
    ) as { version: string };
    expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('shows progress to whoever watches standard error, wherever the report goes', async () => {
    const progress = new PassThrough();
    let shown = '';
    progress.on('data', chunk => void (shown += String(chunk)));
    const { stdout } = await run(['audit', ...offline, '--json'], { progress });
    expect(() => void JSON.parse(stdout)).not.toThrow();
    expect(shown).toContain('\r2 of 2 people');
    // The line is empty again before anything else is written.
    expect(shown.endsWith('\r\u001b[K')).toBe(true);
  });

  it('finds nothing wrong in data that no step looks at', async () => {
    const twins = ['ada', 'bob'].map(name =>
      entity(name, ', profile: { email: same@corp.example }'),
    );
    write('entities.yaml', twins.join('---\n'));
    expect((await run(['audit', ...offline])).stdout).not.toContain('same@corp.example');
    configure('usernameMatchingUserEntityName', 'emailMatchingUserEntityProfileEmail');
    const emails = ['ada', 'bob'].map(name =>
      bitbucketUser(name, { emailAddress: `${name}@corp.example` }),
    );
    write('users.json', emails);
    // Also of a step that nobody needs today.
    expect((await run(['audit', ...offline])).stdout).toContain(
      'email "same@corp.example" is on 2 entities',
    );
  });

  it('tells a username that cannot be an entity name from one that is not there', async () => {
    write('users.json', [bitbucketUser('ada'), bitbucketUser('bob@corp')]);
    const { stdout } = await run(['audit', ...offline, '--json']);
    const { people } = JSON.parse(stdout) as { people: { username: string; outcome: string }[] };
    expect(people.find(({ username }) => username === 'bob@corp')).toMatchObject({
      outcome: 'nobody',
      reason: 'usernameMatchingUserEntityName: the username is not a valid entity name',
    });
    configure('emailMatchingUserEntityProfileEmail');
    const other = await run(['audit', ...offline, '--json']);
    expect(other.stdout).toContain('"outcome": "missing"');
  });

  it('finds nobody by what a person does not have', async () => {
    const { id, ...withoutId } = bitbucketUser('ada');
    expect(id).toBeDefined();
    write('users.json', [withoutId]);
    const { exitCode, stderr } = await run(['explain', 'undefined', ...offline]);
    expect(stderr).toBe('No Bitbucket user has the username, id or email "undefined"\n');
    expect(exitCode).toBe(2);
  });
});
