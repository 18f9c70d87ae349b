import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../../scripts/test.mjs');

describe('npm test', () => {
  let rootDir: string;

  beforeEach(() => {
    rootDir = mkdtempSync(join(tmpdir(), 'test-runner-'));
  });

  afterEach(() => {
    rmSync(rootDir, { recursive: true });
  });

  function run(files: Record<string, string>, ...args: string[]) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(rootDir, name), text);
    const config = JSON.stringify({ rootDir, testMatch: ['**/*.test.js'], transform: {} });
    const { status, stdout } = spawnSync(process.execPath, [script, '--config', config, ...args], {
      encoding: 'utf8',
    });
    return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
  }

  const passing = "test('a', () => {}); test('b', () => {});";
  const failing = "test('c', () => { throw new Error('no'); });";

  it('ends with the plain counts of what passed and failed', () => {
    expect(run({ 'a.test.js': passing })).toEqual({ status: 0, lastLine: '2 passed, 0 failed' });
    expect(run({ 'c.test.js': failing })).toEqual({ status: 1, lastLine: '2 passed, 1 failed' });
  });

  it('passes its arguments on to Jest', () => {
    const { status, lastLine } = run({ 'a.test.js': passing }, '-t', 'b');
    expect({ status, lastLine }).toEqual({ status: 0, lastLine: '1 passed, 0 failed' });
  });

  it('counts a test file that does not load as a failure', () => {
    const files = { 'a.test.js': passing, 'broken.test.js': "require('./absent');" };
    expect(run(files)).toEqual({ status: 1, lastLine: '2 passed, 1 failed' });
  });

  it('fails when no test has run', () => {
    expect(run({}, '--passWithNoTests')).toEqual({ status: 1, lastLine: '0 passed, 0 failed' });
    expect(run({ 'a.test.js': passing }, '-t', 'absent')).toEqual({
      status: 1,
      lastLine: '0 passed, 0 failed',
    });
  });
});
