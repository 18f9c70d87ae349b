import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { DemoError } from './DemoError';

/**
 * Reads options, and nothing but options.
 *
 * @throws DemoError for an unknown option, a missing value and an argument that is no option.
 */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
) {
  try {
    return parseArgs({ args, allowPositionals: false, options }).values;
  } catch (error) {
    // Node's message may go on for several sentences; the first one says what is wrong.
    const [problem] = (error as Error).message.split(/[.\n]/);
    throw new DemoError(`${problem}; see --help`);
  }
}

/** @throws DemoError when one of the files or folders does not exist. */
export function checkExists(option: string, paths: readonly string[]): void {
  const missing = paths.find(path => !existsSync(path));
  if (missing !== undefined) throw new DemoError(`${option}: there is no ${missing}`);
}

/** @throws DemoError when the value is not a port. */
export function readPort(option: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (!(port <= 65_535)) {
    throw new DemoError(`${option} must be a number from 0 to 65535, got '${value}'`);
  }
  return port;
}

/** @throws DemoError when the value is not a path. */
export function readContextPath(value: string | undefined): string | undefined {
  if (value === undefined || /^(\/[\w.-]+)+$/.test(value)) return value;
  throw new DemoError(`--context-path must be a path like /bitbucket, got '${value}'`);
}
