import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFiles } from '../project/rules/checkFiles';
import { checkCycles, checkImports } from '../project/rules/checkImports';
import { readSourceTree } from '../project/rules/readSourceTree';
import { copyProject, followWalkThrough } from './support/followWalkThrough';
import { projectRoot, readDoc, readTable } from './support/readDocs';

const doc = readDoc('CONTRIBUTING.md');
const newName = 'staffNumberMatchingUserEntityAnnotation';

describe('the layers in CONTRIBUTING.md', () => {
  const rows = readTable(doc, 'Layer in src/', 'Rank').map(
    ([layer, rank]) => [layer!.replace(/\/$/, ''), Number(rank)] as const,
  );

  it('are those that there are', () => {
    expect(rows.map(([layer]) => layer).sort()).toEqual(
      readdirSync(join(projectRoot, 'src')).sort(),
    );
  });

  it('are listed from the top to the bottom', () => {
    const ranks = rows.map(([, rank]) => rank);
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
  });

  it('have the ranks that the imports keep to', () => {
    const tree = readSourceTree(join(projectRoot, 'src'));
    expect(checkImports(tree, Object.fromEntries(rows))).toEqual([]);
  });
});

describe('the walk-through in CONTRIBUTING.md', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'walk-through-'));
    copyProject(folder);
    followWalkThrough(folder, doc.blocks);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function run(program: string, ...args: string[]): string {
    const path = join(folder, 'node_modules', program);
    return execFileSync(process.execPath, [path, ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  it('says how to run what it has one write', () => {
    const commands = doc.blocks.filter(({ language }) => language === 'sh').map(b => b.text);
    expect(commands).toContain('npx jest test/resolvers/matchers/staffNumber.test.ts');
    expect(commands).toContain('npm run config-schema');
  });

  it('gives source that compiles', () => {
    expect(run('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noEmit')).toBe('');
  });

  it('gives a test that passes, three cases of it', () => {
    const result = run(
      'jest/bin/jest',
      ...['--json', '--silent', 'test/resolvers/matchers/staffNumber.test.ts'],
    );
    expect(JSON.parse(result)).toMatchObject({ numPassedTests: 3, numFailedTests: 0 });
  });

  it('gives a config schema that knows the new name', () => {
    const before = readFileSync(join(folder, 'config.schema.json'), 'utf8');
    expect(before).not.toContain(newName);
    run('tsx/dist/cli.mjs', 'scripts/writeConfigSchema.ts');
    expect(readFileSync(join(folder, 'config.schema.json'), 'utf8')).toContain(newName);
  });

  it('keeps to the rules of the house', () => {
    const tree = readSourceTree(join(folder, 'src'));
    const added = tree.filter(({ path }) => path.includes('staffNumber'));
    expect(added).toHaveLength(1);
    expect(checkFiles(added)).toEqual([]);
    expect(checkCycles(tree)).toEqual([]);
  });
});
