import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AuditError } from '../AuditError';
import { toCsv, toHtml, toJson, toJunit, toSarif } from '../report';
import type { JudgedReport, SarifOptions } from '../report';
import type { CliIo } from './CliIo';
import { readVersion } from './readVersion';

/** A file; `true` or `-` is standard output. */
export type Target = string | true;

/** The reports that can be written, by the name of their option. */
const formats = {
  json: toJson,
  csv: toCsv,
  html: toHtml,
  junit: toJunit,
  sarif: toSarif,
} as const;

/** @internal */
export type ReportTargets = { readonly [Format in keyof typeof formats]?: Target };

const names = Object.keys(formats) as (keyof typeof formats)[];

function isStandardOutput(target: Target | undefined): boolean {
  return target === true || target === '-';
}

/**
 * The format that goes to standard output, in place of the table.
 *
 * @throws {@link AuditError} when there are two
 * @internal
 */
export function formatOfOutput(targets: ReportTargets): keyof typeof formats | undefined {
  const chosen = names.filter(name => isStandardOutput(targets[name]));
  if (chosen.length > 1) {
    throw new AuditError(
      `${chosen.map(name => `--${name}`).join(' and ')} cannot both go to standard output; name a file for one`,
    );
  }
  return chosen[0];
}

/**
 * Writes the reports that were asked for.
 *
 * @throws {@link AuditError} when a file cannot be written
 * @internal
 */
export function writeReports(
  report: JudgedReport,
  targets: ReportTargets,
  io: CliIo,
  sources: Pick<SarifOptions, 'places' | 'config'>,
): void {
  const options = { root: io.cwd, version: readVersion(), ...sources };
  for (const name of names) {
    const target = targets[name];
    if (target !== undefined) writeOutput(target, formats[name](report, options), io);
  }
}

function writeOutput(target: Target, text: string, io: CliIo): void {
  if (target === true || target === '-') {
    io.stdout(text);
    return;
  }
  const path = resolve(io.cwd, target);
  writeOrFail(path, () => writePrivately(path, text), io);
}

/**
 * Creates the folder of a file, writes the file with `write`, and reports it.
 *
 * @throws {@link AuditError} when it cannot be written
 * @internal
 */
export function writeOrFail(path: string, write: () => void, io: Pick<CliIo, 'stderr'>): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    write();
  } catch (error) {
    throw new AuditError(`${path} cannot be written: ${(error as Error).message}`);
  }
  io.stderr(`Wrote ${path}\n`);
}

/** Readable by the owner only, even if the file existed before: it contains names and addresses. */
function writePrivately(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    const { mode } = fstatSync(file);
    const isRegular = (mode & 0o170000) === 0o100000;
    if (isRegular && (mode & 0o777) !== 0o600) fchmodSync(file, 0o600);
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}
