import { tmpdir } from 'node:os';
import { runCli } from 'backstage-bitbucket-server';
import type { CliIo } from 'backstage-bitbucket-server';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, and keeps what it writes. */
export async function runInMemory(
  args: readonly string[],
  io: Partial<CliIo> = {},
): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(args, {
    stdout: text => void (stdout += text),
    stderr: text => void (stderr += text),
    env: {},
    cwd: tmpdir(),
    isTerminal: false,
    width: 120,
    signal: new AbortController().signal,
    ...io,
  });
  return { exitCode, stdout, stderr };
}
