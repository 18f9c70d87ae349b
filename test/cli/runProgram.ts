import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** Starts the program itself, as a process of its own, and keeps what it writes. */
export function startProgram(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
) {
  const loader = require.resolve('tsx', { paths: [root] });
  const program = ['--import', loader, join(root, 'cli/src/main.ts')];
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'), ...env },
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', chunk => void (written.stdout += String(chunk)));
  child.stderr.on('data', chunk => void (written.stderr += String(chunk)));
  const ended = once(child, 'close').then(([exitCode]) => ({
    // `null` after a signal that the program does not handle.
    exitCode: exitCode as number | null,
    ...written,
  }));
  return { child, ended };
}
