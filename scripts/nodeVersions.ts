// Builds and checks the packages and runs the tests on newer lines of Node.js than the one at hand.
// `npm run matrix:node -- 24` for one of them; other arguments go to Jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(__dirname, '..');
const lines = ['22', '24'];

/** Installs a binary of the line into `folder`, and returns where it lies. */
function installNode(line: string, folder: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  run('npm', ['install', '--prefix', folder, ...quiet, `${name}@${line}`], process.env);
  return join(folder, 'node_modules', name, 'bin');
}

/** What is installed serves every line: the database driver of tools/better-sqlite3 is the only one to choose. */
function check(bin: string, jestArguments: readonly string[]): boolean {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const commands = [
    ['run', 'check:package'],
    ['test', '--', ...jestArguments],
  ];
  return commands.every(command => run('npm', ['--silent', ...command], env));
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  return spawnSync(program, args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

function main(): void {
  const asked = process.argv.slice(2);
  const chosen = lines.filter(line => asked.includes(line));
  const jestArguments = asked.filter(argument => !lines.includes(argument));
  for (const line of chosen.length > 0 ? chosen : lines) {
    const started = performance.now();
    const folder = mkdtempSync(join(tmpdir(), `node-${line}-`));
    try {
      const bin = installNode(line, folder);
      if (!existsSync(bin)) throw new Error(`There is no Node.js ${line} for this machine`);
      const ok = check(bin, jestArguments);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.log(`Node.js ${line}: ${ok ? 'ok' : 'FAILED'} (${seconds} s)`);
      if (!ok) process.exitCode = 1;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

main();
