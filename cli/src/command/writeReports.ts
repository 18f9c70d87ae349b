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
import type { ReportTargets } from './options';

/** The reports that can be written, by the name of their option. */
const formats = {
  json: toJson,
  csv: toCsv,
  html: toHtml,
  junit: toJunit,
  sarif: toSarif,
};

const names = Object.keys(formats) as (keyof typeof formats)[];

/**
 * The format that goes to standard output, in place of the table.
 *
 * @throws {@link AuditError} when there are two
 * @internal
 */
export function formatOfOutput(targets: ReportTargets): keyof ReportTargets | undefined {
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
    else writeFile(resolve(io.cwd, target), text, io, { isPrivate: true });
  }
}

/** The version of this program. @internal */
export function readVersion(): string {
  const manifest = readFileSync(join(__dirname, '../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * Writes a file, with its folder.
 *
 * @param isPrivate - only its owner may read it, even if it existed before: it contains names and
 * addresses
 * @throws {@link AuditError} when it cannot be written
 * @internal
 */
export function writeFile(
  path: string,
  text: string,
  io: Pick<CliIo, 'stderr'>,
  { isPrivate = false } = {},
): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'w', isPrivate ? 0o600 : 0o666);
    try {
      if (isPrivate && fstatSync(file).isFile()) fchmodSync(file, 0o600);
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new AuditError(`${path} cannot be written: ${(error as Error).message}`);
  }
  io.stderr(`Wrote ${path}\n`);
}
