import { execFileSync, spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expectation } from '../../demo/world/Expectation';
import { expectations } from '../../demo/world/expectations';
import { strictExpectations } from '../../demo/world/strictExpectations';
import type { JudgedReport } from 'backstage-bitbucket-server';
import { useFolder } from '../support/useFolder';

const root = join(__dirname, '../..');
const world = join(root, 'demo/world');

const outcomeOf = ({ expect: outcome }: Expectation) =>
  'entityRef' in outcome ? outcome.entityRef : outcome.code;

describe('the audit of the demo', () => {
  const folder = useFolder();
  const { read } = folder;
  const readReport = (name: string) => JSON.parse(read(name)) as JudgedReport;

  /** `npm run demo:audit`, in a folder of its own. */
  async function demoAudit(...args: string[]) {
    const loader = require.resolve('tsx', { paths: [root] });
    const program = ['--import', loader, join(root, 'demo/audit.ts')];
    const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
    const child = spawn(process.execPath, [...program, ...args], { cwd: folder.path, env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => void (stdout += String(chunk)));
    child.stderr.on('data', chunk => void (stderr += String(chunk)));
    const exitCode = await new Promise(resolve => child.once('close', resolve));
    return { exitCode, stdout, stderr };
  }

  it('prints the table, writes the report, and says of everybody what the demo expects', async () => {
    const { exitCode, stdout } = await demoAudit('--json', 'report.json');
    expect(exitCode).toBe(0);
    for (const { username } of expectations) expect(stdout).toContain(`│ ${username} `);
    expect(stdout).toContain('people would sign in');
    expect(read('temp/audit-report.html')).toContain('<svg');

    const { people } = readReport('report.json');
    const verdicts = people.map(({ username, entityRef, code }) => [username, entityRef ?? code]);
    const expected = expectations.map(row => [row.username, outcomeOf(row)]);
    expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(expected));
  });

  it('mends what is certain, and the next audit says what this one promised', async () => {
    for (const copy of ['org', 'patched/org']) {
      cpSync(join(world, 'catalog.yaml'), join(folder.path, copy, 'catalog.yaml'), {
        recursive: true,
      });
    }
    const files = ['--entities', 'org'];
    await demoAudit(...files, '--json', 'before.json');
    const fix = ['--fix', '--write-missing', 'org/people.yaml'];
    const dry = await demoAudit(...files, ...fix);
    expect(read('org/catalog.yaml')).toBe(readFileSync(join(world, 'catalog.yaml'), 'utf8'));
    const added = [...dry.stdout.matchAll(/^\+.*user-id: "(\d+)"$/gm)].map(([, id]) => id);
    expect(added).toEqual(['1120', '1121', '1123', '1110']);
    expect(dry.stderr).toContain(
      'user:default/vera.rubin: its username "vrubin" is not that of vera.rubin',
    );
    expect(dry.stderr).toContain('user:default/margaret: it may be Margaret.HAMILTON, eve');
    expect(dry.stderr).toContain('bitbucket:barbara: user:default/barbara.liskov may be this');

    // What is shown is what is written.
    const written = await demoAudit(...files, ...fix, '--write');
    expect(written.stdout).toBe('');
    execFileSync('git', ['apply', '--directory=patched', '-'], {
      cwd: folder.path,
      input: dry.stdout,
    });
    for (const name of ['catalog.yaml', 'people.yaml']) {
      expect(read(`patched/org/${name}`)).toBe(read(`org/${name}`));
    }

    await demoAudit(...files, '--compare', 'before.json', '--json', 'after.json');
    const { comparison, people, summary } = readReport('after.json');
    const changes = comparison!.changes.map(({ change, username, after }) => [
      change,
      username,
      after!.entityRef,
    ]);
    expect(changes.sort()).toEqual([
      ['gains', 'hypatia', 'user:default/hypatia'],
      ['gains', 'newcomer', 'user:default/newcomer'],
    ]);
    const promised = [...dry.stderr.matchAll(/^(\w+) (\S+): no match .* -> (\S+) by \S+$/gm)];
    expect(promised.map(([, ...change]) => change).sort()).toEqual(changes);
    expect(dry.stderr).toMatch(/^The next audit: 57\.1 % -> 66\.6 % of 21 people/m);
    expect(Math.floor(10 * summary.coverage)).toBe(666);
    // Those who signed in before are now known by their id.
    for (const name of ['rosalind.franklin', 'emmy.noether', 'hypatia', 'newcomer']) {
      expect(people.find(({ username }) => username === name)).toMatchObject({
        entityRef: `user:default/${name}`,
        step: 'userIdMatchingUserEntityAnnotation',
      });
    }
    const again = await demoAudit(...files, '--fix', '--write-missing', 'org/more.yaml');
    expect(again.stdout).toBe('');
  }, 60_000);

  it('says what the stricter config would change', async () => {
    const configs = ['--config', join(world, 'app-config.yaml')];
    configs.push('--config', join(world, 'strict.app-config.yaml'));
    const compare = ['--compare', join(world, 'app-config.yaml')];
    const { exitCode } = await demoAudit(...configs, ...compare, '--json', 'report.json');
    expect(exitCode).toBe(0);
    const { comparison } = readReport('report.json');
    const before = new Map(expectations.map(row => [row.username, row]));
    const expected = strictExpectations.flatMap(row => {
      const [was, is] = [before.get(row.username)!, row].map(outcomeOf);
      const [had, has] = [was!, is!].map(outcome => outcome.startsWith('user:'));
      if (was === is || (!had && !has)) return [];
      return [[had && has ? 'becomesAnother' : has ? 'gains' : 'loses', row.username]];
    });
    expect(expected.length).toBeGreaterThan(5);
    const changes = comparison!.changes.map(({ change, username }) => [change, username]);
    expect(changes.sort()).toEqual(expected.sort());
  });

  it('says who would become somebody else by a change that looks harmless', async () => {
    const { exitCode, stdout, stderr } = await demoAudit(
      ...['--config', join(world, 'bySlug.app-config.yaml')],
      ...['--compare', join(world, 'app-config.yaml'), '--fail-on', 'changed'],
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Failed: 3 sign-ins change (--fail-on changed)');
    expect(stdout).toContain(': 1 becomes another entity, 2 can no longer sign in.');
    expect(stdout).toMatch(
      /^becomes another jane\.doe@corp\.example: user:default\/jane\.doe by .* -> user:default\/jane\.doe_corp\.example by userSlugMatchingUserEntityName$/m,
    );
  });
});
