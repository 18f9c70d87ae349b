import type { JudgedReport } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';
import { storedEntities, useCliFolder } from './cliFolder';
import { bitbucketUser, twinOf } from './worlds';

const accepted = `
# Two accounts of one person.
accepted:
  - rule: sharedEntity
    concerns: [user:default/ada, bitbucket:ada, bitbucket:ada-admin]
    reason: an account for admins, too
    date: 2026-01-31
`;

describe('audit --baseline', () => {
  const folder = useCliFolder();
  const args = [
    ...['audit', '--users', 'users.json', '--entities', 'entities.json'],
    ...['--baseline', 'accepted.yaml'],
  ];

  beforeEach(() => {
    folder.configure(
      'app-config.yaml',
      'usernameMatchingUserEntityName',
      'userSlugMatchingUserEntityName',
    );
    folder.write('users.json', [bitbucketUser('ada'), twinOf('ada')]);
    folder.write(
      'entities.json',
      storedEntities(userEntity('ada'), userEntity('bob'), userEntity('zoe')),
    );
    folder.write('accepted.yaml', accepted);
  });

  it('lets findings pass that somebody has accepted, and says so', async () => {
    const { exitCode, stdout, stderr } = await folder.run(
      ...args,
      ...['--fail-on', 'danger', 'conflict'],
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^accepted user:default\/ada is reached by 2 .* accepted on 2026-01-31: an account for admins, too$/m,
    );
  });

  it('fails on a new one, with the entry that would accept it', async () => {
    folder.write(
      'users.json',
      ['ada', 'bob'].flatMap(name => [bitbucketUser(name), twinOf(name)]),
    );
    const { exitCode, stderr } = await folder.run(...args, '--fail-on', 'danger');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Failed: 1 finding is not accepted (--baseline)');
    expect(stderr).toContain('Failed: 1 dangerous finding (--fail-on danger)');
    const [, entry] = /each with a reason:\n([\s\S]*?)\nFailed/.exec(stderr)!;
    expect(entry).toMatch(/^- rule: sharedEntity\n {2}concerns:\n {4}- user:default\/bob\n/);
    // What was printed is refused without a reason, and accepts with one.
    const indented = entry!.replace(/^/gm, '  ');
    folder.write('accepted.yaml', `${accepted}${indented}\n`);
    const incomplete = await folder.run(...args);
    expect(incomplete.stderr).toContain('"accepted[1].reason" must be a non-empty string');
    expect(incomplete.exitCode).toBe(2);
    folder.write('accepted.yaml', `${accepted}${indented.replace('""', 'also two')}\n`);
    expect((await folder.run(...args)).exitCode).toBe(0);
  });

  it('does not accept that one more person shares the entity', async () => {
    folder.write('users.json', [bitbucketUser('ada'), twinOf('ada'), twinOf('ada', '-bot')]);
    const { exitCode, stderr } = await folder.run(...args);
    expect(stderr).toContain('1 finding is not accepted');
    expect(exitCode).toBe(1);
  });

  it('says which entries match nothing any more', async () => {
    folder.write('users.json', [bitbucketUser('ada')]);
    const { exitCode, stdout } = await folder.run(...args, '--json');
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as JudgedReport).notes).toEqual([
      'the baseline has accepted sharedEntity of user:default/ada, bitbucket:ada, bitbucket:ada-admin since 2026-01-31, but there is no such finding any more',
    ]);
  });

  it('takes an entry that is there twice for needed', async () => {
    folder.write('accepted.yaml', accepted + accepted.slice(accepted.indexOf('  - rule')));
    const { exitCode, stdout } = await folder.run(...args, '--json');
    expect((JSON.parse(stdout) as JudgedReport).notes).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it('accepts nobody under a name in other letters, and nobody by an entry for nobody', async () => {
    for (const [from, to] of [
      ['bitbucket:ada-admin', 'bitbucket:Ada-Admin'],
      ['[user:default/ada, bitbucket:ada, bitbucket:ada-admin]', '[]'],
    ]) {
      folder.write('accepted.yaml', accepted.replace(from!, to!));
      const { exitCode, stderr } = await folder.run(...args);
      expect(stderr).toContain('1 finding is not accepted');
      expect(exitCode).toBe(1);
    }
  });

  it('knows a finding about a file again in another checkout', async () => {
    const cut = { values: [bitbucketUser('ada')], isLastPage: false, nextPageStart: 1 };
    folder.write('users.json', cut);
    folder.write('accepted.yaml', 'accepted: []');
    const { stderr } = await folder.run(...args);
    const [, entry] = /each with a reason:\n([\s\S]*?)\nFailed/.exec(stderr)!;
    expect(entry).toMatch(/^- rule: incompleteList\n {2}concerns:\n {4}- users\.json\n/);
    const reasoned = entry!.replace(/^/gm, '  ').replace('""', 'only the first page is needed');
    folder.write('accepted.yaml', `accepted:\n${reasoned}\n`);
    expect((await folder.run(...args)).exitCode).toBe(0);
  });

  it('does not fail on what is only worth knowing', async () => {
    const { stdout, exitCode } = await folder.run(...args);
    expect(stdout).toContain('2 User entities are reached by no active Bitbucket user');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['no list', 'accepted: 7', /"accepted" must be a list/],
    ['an entry that is none', 'accepted: [7]', /"accepted\[0\]" must be an object/],
    [
      'an unknown key',
      'accepted: [{ rule: caseTwin, concerns: [], reason: b, date: 2026-01-01, until: x }]',
      /"accepted\[0\]\.until" is not a known option; expected one of rule, concerns, reason, date/,
    ],
    [
      'a rule that there is not',
      'accepted: [{ rule: sharedEntities, concerns: [], reason: b, date: 2026-01-01 }]',
      /"accepted\[0\]\.rule" must be one of becomesSomebodyElse, .*, got "sharedEntities"/,
    ],
    [
      'an unknown key beside the list',
      'accepted: []\naccept: []',
      /"accept" is not a known option; expected one of accepted/,
    ],
    ['two documents', 'accepted: []\n---\naccepted: []', /cannot be read as YAML/],
    ['an alias of nothing', 'accepted: *nobody', /cannot be read as YAML: Unresolved alias/],
    ['a key that is there twice', 'accepted: []\naccepted: []', /cannot be read as YAML/],
    [
      'aliases that multiply',
      `a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\naccepted: [${'*c,'.repeat(9)}]`,
      /cannot be read as YAML: Excessive alias count/,
    ],
    [
      'no reason',
      'accepted: [{ rule: caseTwin, concerns: [], reason: " ", date: 2026-01-01 }]',
      /"accepted\[0\]\.reason" must be a non-empty string/,
    ],
    [
      'no date',
      'accepted: [{ rule: caseTwin, concerns: [], reason: b }]',
      /"accepted\[0\]\.date" must be a non-empty string/,
    ],
    [
      'a date that is none',
      'accepted: [{ rule: caseTwin, concerns: [], reason: b, date: 2026-13-01 }]',
      /"accepted\[0\]\.date" must be a day such as/,
    ],
    [
      'the 30th of February',
      'accepted: [{ rule: caseTwin, concerns: [], reason: b, date: 2026-02-30 }]',
      /"accepted\[0\]\.date" must be a day such as/,
    ],
    [
      'a date that is still to come',
      'accepted: [{ rule: caseTwin, concerns: [], reason: b, date: 9999-01-01 }]',
      /not later than today, got "9999-01-01"/,
    ],
    [
      'concerns that are none',
      'accepted: [{ rule: caseTwin, concerns: b, reason: c, date: 2026-01-01 }]',
      /"accepted\[0\]\.concerns" must be a list of strings/,
    ],
    ['half a YAML', 'accepted: [', /cannot be read as YAML/],
  ])('refuses %s', async (_what, text, expected) => {
    folder.write('accepted.yaml', text);
    const { exitCode, stderr, stdout } = await folder.run(...args);
    expect(stderr).toMatch(expected);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });
});
