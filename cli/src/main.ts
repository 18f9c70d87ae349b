#!/usr/bin/env node
import { runCli } from './command';

// The YAML parser reads process.env for every token. A plain object saves a system call each time, which
// is a sixth of the time that large files take.
process.env = { ...process.env };

const interruption = new AbortController();
process.on('SIGINT', () => {
  // A second Ctrl-C ends the program at once.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
});

// A reader such as `head` may close the pipe early. Files are written all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/**
 * The program `backstage-bitbucket-server`. Settles when it is done.
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
    // Not process.exit(), which could lose output to a pipe.
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 2;
  },
);
