import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** Starts the program itself, as a process of its own. */
export function startProgram(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): ChildProcessWithoutNullStreams {
  const loader = require.resolve('tsx', { paths: [root] });
  const program = ['--import', loader, join(root, 'cli/src/main.ts')];
  return spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'), ...env },
  });
}
