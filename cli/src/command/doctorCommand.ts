import { runDoctor } from '../doctor';
import type { Check } from '../doctor';
import { printable } from '../report';
import { exitCodes } from './CliIo';
import type { CliIo } from './CliIo';
import { loadConfig } from './loadConfig';
import type { InputOptions } from './options';

const ansi = { ok: 32, warn: 33, fail: 31, skip: 90 } as const;

/**
 * `doctor`: one line for each check of what a sign-in needs.
 *
 * @returns the exit code, which says whether a check failed
 * @internal
 */
export async function doctorCommand(options: InputOptions, io: CliIo): Promise<number> {
  const config = await loadConfig(options.config ?? [], io);
  let failed = false;
  const checks = runDoctor({
    config,
    env: options.env,
    variables: io.env,
    signal: io.signal,
    folder: io.cwd,
  });
  for await (const check of checks) {
    if (io.signal.aborted) {
      io.stderr('Interrupted. The remaining checks were not made.\n');
      return exitCodes.interrupted;
    }
    failed ||= check.status === 'fail';
    io.stdout(`${formatCheck(check, io.isTerminal)}\n`);
  }
  return failed ? exitCodes.failed : exitCodes.ok;
}

function formatCheck({ name, status, text, fix }: Check, isTerminal: boolean): string {
  const word = status.padEnd(4);
  const mark = isTerminal ? `\u001b[${ansi[status]}m${word}\u001b[39m` : word;
  return `${mark} ${name}: ${printable(text)}${fix ? ` -> ${printable(fix)}` : ''}`;
}
