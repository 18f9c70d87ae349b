import { CommanderError } from 'commander';
import { AuditError, printable } from '../audit';
import { isSignInError } from '../errors';
import type { CliIo } from './CliIo';
import { createProgram } from './createProgram';
import { exitCodes } from './exitCodes';

/**
 * Runs a command line.
 *
 * @param args - without the names of node and the program
 * @returns the exit code; never rejects for what a user can mend
 * @internal
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = createProgram(io, code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has written its own line already; --help ends this way too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.unusable;
    if (io.signal.aborted) {
      io.stderr('Interrupted before anything was read.\n');
      return exitCodes.interrupted;
    }
    if (!(error instanceof AuditError) && !isSignInError(error)) throw error;
    const text = isSignInError(error) ? `${error.code}: ${error.detail}` : error.message;
    io.stderr(`${printable(text)}\n`);
    return exitCodes.unusable;
  }
}
