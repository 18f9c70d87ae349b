import {
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AuditError } from '../AuditError';
import { toCsv, toHtml, toJson, toJunit, toSarif } from '../report';
import type { JudgedReport, SarifOptions } from '../report';
import type { CliIo } from './CliIo';

/** The reports that can be written, by the name of their option. */
const formats = {
  json: toJson,
  csv: toCsv,
  html: toHtml,
  junit: toJunit,
  sarif: toSarif,
} as const;

type Format = keyof typeof formats;

/** A file for each report; `-` is standard output. @internal */
export type ReportTargets = { readonly [format in Format]?: string };

const names = Object.keys(formats) as Format[];

/**
 * The format that goes to standard output, in place of the table.
 *
 * @throws {@link AuditError} when there are two
 * @internal
 */
export function formatOfOutput(targets: ReportTargets): Format | undefined {
  const chosen = names.filter(name => targets[name] === '-');
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
    if (target === undefined) continue;
    const text = formats[name](report, options);
    if (target === '-') io.stdout(text);
    else writeOrFail(resolve(io.cwd, target), path => writePrivately(path, text), io);
  }
}

/** The version of this program. @internal */
export function readVersion(): string {
  const manifest = readFileSync(join(__dirname, '../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * Creates the folder of a file, writes the file with `write`, and reports it.
 *
 * @throws {@link AuditError} when it cannot be written
 * @internal
 */
export function writeOrFail(
  path: string,
  write: (path: string) => void,
  io: Pick<CliIo, 'stderr'>,
): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    write(path);
  } catch (error) {
    throw new AuditError(`${path} cannot be written: ${(error as Error).message}`);
  }
  io.stderr(`Wrote ${path}\n`);
}

/** Readable by the owner only, even if the file existed before: it contains names and addresses. */
function writePrivately(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}
