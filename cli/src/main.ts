#!/usr/bin/env node
import { runCli } from './command';

// The YAML parser looks at process.env for every token. There it costs a call to the system, here nothing:
// a sixth of the time that it takes to read large files.
process.env = { ...process.env };

const interruption = new AbortController();
process.on('SIGINT', () => {
  // A second Ctrl-C: there is nothing worth waiting for.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
});

// Whoever reads the output may have enough of it, as `head` has. The files are written all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/**
 * The program `backstage-bitbucket-server`: settled when it is done.
 *
 * @internal
 */
export const main = runCli(process.argv.slice(2), {
  stdout: text => void process.stdout.write(text),
  stderr: text => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  isTerminal: Boolean(process.stdout.isTTY) && !process.env.NO_COLOR,
  progress: process.stderr.isTTY ? process.stderr : undefined,
  width: process.stdout.columns || 120,
  signal: interruption.signal,
}).then(
  exitCode => {
    // Not process.exit: what was written to a pipe must arrive.
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 2;
  },
);
