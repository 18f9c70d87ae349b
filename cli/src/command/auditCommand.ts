import { resolve } from 'node:path';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { readAuditSettings, runAudit } from '../audit';
import type { AuditInput, AuditReport } from '../audit';
import { AuditError } from '../AuditError';
import { applyBaseline, readBaseline, toBaselineEntries } from '../baseline';
import { compareReports } from '../compare';
import type { Comparison } from '../compare';
import { formatReport, fromJson, judgeReport, onlyProblems, unacceptedFindings } from '../report';
import type { JudgedReport } from '../report';
import { readText } from '../sources';
import { exitCodes } from './CliIo';
import type { CommandIo } from './CliIo';
import { fixCommand, isFix } from './fixCommand';
import { findProvider, loadConfig } from './loadConfig';
import type { AuditOptions } from './options';
import { readInput } from './readInput';
import { formatOfOutput, writeReports } from './writeReports';

const maxEntries = 20;

/**
 * `audit`: who will be able to sign in.
 *
 * @returns the exit code
 * @internal
 */
export async function auditCommand(options: AuditOptions, io: CommandIo): Promise<number> {
  checkOptions(options);
  const { baseline, usedWithin } = options;
  const today = new Date().toISOString().slice(0, 10);
  const file = resolve(io.cwd, baseline ?? '');
  const accepted = baseline === undefined ? [] : readBaseline(readText(file), file, today);
  const read = await readInput(options, io);
  const input: AuditInput = {
    ...read,
    usedWithinMs: usedWithin && usedWithin * 24 * 60 * 60_000,
    // If Ctrl-C ended the reading, the rest still runs: the users that were read take only seconds.
    signal: read.missing.length > 0 ? undefined : io.signal,
    onProgress: (done, total) => io.onProgress('people', done, total),
  };
  const audited = applyBaseline(await runAudit(input), accepted, io.cwd);
  const comparison = await compare(audited, options, input, io);
  const compared: JudgedReport = { ...audited, ...(comparison && { comparison }) };
  const report = { ...compared, limits: judgeReport(compared, options) };

  if (isFix(options) && report.missing.length === 0) await fixCommand(report, input, options, io);
  const shown = options.problems ? onlyProblems(report) : report;
  writeReports(shown, options, io, {
    places: new Map(
      input.entities.flatMap(entity =>
        entity.source ? [[stringifyEntityRef(entity), entity.source]] : [],
      ),
    ),
    config: findProvider(options.config ?? [], io),
  });
  if (formatOfOutput(options) === undefined && !isFix(options)) {
    const { isTerminal: color, width } = io;
    io.stdout(`${formatReport(shown, { color, width, limit: options.limit })}\n`);
  }
  const fresh = baseline === undefined ? [] : unacceptedFindings(report.findings);
  if (fresh.length > 0) {
    const entries = toBaselineEntries(fresh.slice(0, maxEntries), today, io.cwd);
    io.stderr(
      `To accept these findings, add them to "accepted" in ${baseline}, each with a reason:\n${entries}\n`,
    );
  }
  return exitCodeOf(report, io);
}

/** @throws {@link AuditError} for options that cannot be combined */
function checkOptions(options: AuditOptions): void {
  const output = formatOfOutput(options);
  const { failOn = [], compare, write, fix, entities } = options;
  if (failOn.includes('changed') && !compare) {
    throw new AuditError('--fail-on changed needs --compare');
  }
  if (write && !isFix(options)) throw new AuditError('--write needs --fix or --write-missing');
  if (fix && entities === undefined) {
    throw new AuditError('--fix edits entity files: name them with --entities');
  }
  if (isFix(options) && output !== undefined) {
    throw new AuditError(`the diff goes to standard output; name a file for --${output}`);
  }
}

/**
 * Compares the report with an earlier one, or with that of another config for the same people and
 * entities. In an incomplete report, everybody who was not read would count as gone.
 */
async function compare(
  report: AuditReport,
  { compare: files = [], env }: AuditOptions,
  input: AuditInput,
  io: CommandIo,
): Promise<Comparison | undefined> {
  const [file] = files;
  if (file === undefined || report.missing.length > 0) return undefined;
  const label = files.join(', ');
  const path = resolve(io.cwd, file);
  const old =
    files.length === 1 && file.endsWith('.json') ? fromJson(readText(path), path) : undefined;
  if (old) return compareReports(old, report, `${label}, made ${old.generatedAt}`);
  const settings = readAuditSettings(await loadConfig(files, io), env);
  const other = await runAudit({ ...input, settings });
  if (other.missing.length > 0) throw new AuditError(`the comparison with ${label} is missing`);
  return compareReports(other, report, label);
}

function exitCodeOf({ missing, limits = [] }: JudgedReport, io: CommandIo): number {
  if (missing.length > 0) {
    io.stderr(`Interrupted. The report is incomplete; missing: ${missing.join(', and ')}.\n`);
    return exitCodes.interrupted;
  }
  const failures = limits.flatMap(({ failure }) => failure ?? []);
  for (const failure of failures) io.stderr(`Failed: ${failure}\n`);
  return failures.length > 0 ? exitCodes.failed : exitCodes.ok;
}
