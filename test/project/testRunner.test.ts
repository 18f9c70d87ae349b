import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { useFolder } from '../support/useFolder';

const script = join(__dirname, '../../scripts/test.mjs');

describe('npm test', () => {
  const folder = useFolder();

  function runWith(env: NodeJS.ProcessEnv, files: Record<string, string>, ...args: string[]) {
    for (const [name, text] of Object.entries(files)) folder.write(name, text);
    const config = JSON.stringify({
      rootDir: folder.path,
      testMatch: ['**/*.test.{js,ts}'],
      transform: {},
      filter: join(__dirname, '../support/needsPrograms.cjs'),
    });
    const { status, stdout } = spawnSync(process.execPath, [script, '--config', config, ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      env,
    });
    const lines = stdout.trimEnd().split('\n');
    return { status, lastLine: lines.at(-1), notRun: lines.filter(line => /^Not run/.test(line)) };
  }

  function run(files: Record<string, string>, ...args: string[]) {
    const { status, lastLine } = runWith(process.env, files, ...args);
    return { status, lastLine };
  }

  const passing = "test('a', () => {}); test('b', () => {});";
  const failing = "test('c', () => { throw new Error('no'); });";

  it('ends with the plain counts of what passed and failed', () => {
    expect(run({ 'a.test.js': passing })).toEqual({ status: 0, lastLine: '2 passed, 0 failed' });
    expect(run({ 'c.test.js': failing })).toEqual({ status: 1, lastLine: '2 passed, 1 failed' });
  });

  it('passes its arguments on to Jest', () => {
    expect(run({ 'a.test.js': passing }, '-t', 'b')).toEqual({
      status: 0,
      lastLine: '1 passed, 0 failed',
    });
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

  describe('on tests that need a program', () => {
    const files = {
      'a.test.js': passing,
      'diff.git.test.ts': passing,
      'sessions.redis.test.ts': passing,
    };
    const connection = 'BACKSTAGE_TEST_CACHE_REDIS7_CONNECTION_STRING';

    it('names them at the end where it is missing, and runs all others', () => {
      const redis =
        'Not run: sessions.redis.test.ts. There is no redis-server: install it ' +
        `(Debian: apt-get install redis-server), or set ${connection}.`;
      const git =
        'Not run: diff.git.test.ts. There is no git: install it (Debian: apt-get install git).';
      expect(runWith({ PATH: folder.path }, files)).toEqual({
        status: 0,
        notRun: [redis, git],
        lastLine: '2 passed, 0 failed',
      });
    });

    it('says nothing about those that nobody asked for', () => {
      expect(runWith({ PATH: folder.path }, files, 'a.test.js').notRun).toEqual([]);
    });

    it.each([
      ['where they are on the PATH', () => ({ PATH: folder.path })],
      [
        'where a Redis is named',
        () => ({ PATH: folder.path, [connection]: 'redis://127.0.0.1:6379' }),
      ],
      ['with CI=true, whatever there is', () => ({ PATH: '', CI: 'true' })],
    ])('runs them %s', (where, env) => {
      if (!where.includes('CI')) folder.write('git', '');
      if (where.includes('PATH')) folder.write('redis-server', '');
      expect(runWith(env(), files)).toEqual({
        status: 0,
        notRun: [],
        lastLine: '6 passed, 0 failed',
      });
    });
  });
});
