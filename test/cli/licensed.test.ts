import type { JudgedReport } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';
import { storedEntities, useCliFolder } from './cliFolder';
import { bitbucketUser } from './worlds';

describe('audit --licensed', () => {
  const folder = useCliFolder();

  beforeEach(() => {
    folder.configure('app-config.yaml', 'usernameMatchingUserEntityName');
    folder.write('users.json', ['ada', 'bob', 'lost', 'extra'].map(bitbucketUserNamed));
    folder.write('entities.json', storedEntities(userEntity('ada'), userEntity('bob')));
  });

  const bitbucketUserNamed = (name: string) => bitbucketUser(name);
  const page = (names: string[], rest: object = { isLastPage: true }) => ({
    values: names.map(bitbucketUserNamed),
    ...rest,
  });
  const audit = (...args: string[]) =>
    folder.run('audit', '--users', 'users.json', '--entities', 'entities.json', ...args);

  it('leaves those without a licence out of the percentage, in pages of several files', async () => {
    folder.write(
      'licensed/0.json',
      page(['ada'], { start: 0, isLastPage: false, nextPageStart: 1 }),
    );
    folder.write('licensed/1.json', page(['lost', 'gone'], { start: 1, isLastPage: true }));
    const { stdout, exitCode } = await audit('--licensed', 'licensed', '--json');
    expect(exitCode).toBe(0);
    const { summary, people, notes } = JSON.parse(stdout) as JudgedReport;
    expect(summary).toMatchObject({ total: 4, expected: 2, coverage: 50 });
    expect(summary.counts).toMatchObject({ signsIn: 1, nobody: 1, unlicensed: 2 });
    // What they would become is known all the same.
    expect(people.find(({ username }) => username === 'bob')).toMatchObject({
      outcome: 'unlicensed',
      entityRef: 'user:default/bob',
    });
    expect(notes).toEqual(["1 of 3 users in --licensed are not in Bitbucket's list of users"]);
  });

  it('counts in --fail-under, --compare and --write-missing', async () => {
    folder.write('licensed.json', page(['ada', 'bob']));
    expect((await audit('--fail-under', '100%')).exitCode).toBe(1);
    const limited = await audit('--licensed', 'licensed.json', '--fail-under', '100%');
    expect(limited.exitCode).toBe(0);
    const compared = await audit(
      ...['--licensed', 'licensed.json', '--compare', 'app-config.yaml', '--json'],
    );
    expect((JSON.parse(compared.stdout) as JudgedReport).comparison!.changes).toEqual([]);
    const missing = await audit('--write-missing', 'new.yaml');
    expect(missing.stdout).toMatch(/name: (lost|extra)/);
    const none = await audit('--licensed', 'licensed.json', '--write-missing', 'new.yaml');
    expect(none.stdout).toBe('');
  });

  it('leaves nobody out of --fail-on conflict who becomes somebody else', async () => {
    folder.configure('app-config.yaml', 'emailMatchingUserEntityProfileEmail');
    folder.write('users.json', [
      bitbucketUser('ada'),
      bitbucketUser('eve', { emailAddress: 'ada@corp.example' }),
    ]);
    const ada = userEntity('ada', { email: 'ada@corp.example' });
    folder.write('entities.json', storedEntities(ada));
    folder.write('licensed.json', page(['ada']));
    const args = ['--licensed', 'licensed.json', '--fail-on', 'conflict'];
    const { exitCode, stdout, stderr } = await audit(...args);
    expect(stdout).toContain('"eve" becomes user:default/ada');
    expect(stderr).toBe('Failed: 1 conflict (--fail-on conflict)\n');
    expect(exitCode).toBe(1);
  });

  it('does not go by half a list', async () => {
    folder.write('licensed.json', page(['ada'], { isLastPage: false, nextPageStart: 1 }));
    const { exitCode, stdout, stderr } = await audit('--licensed', 'licensed.json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^--licensed: .*licensed\.json is not the last page of its list/);
    expect((await audit('--licensed', 'nowhere.json')).exitCode).toBe(2);
  });
});
