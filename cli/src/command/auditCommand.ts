import { resolve } from 'node:path';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { runAudit } from '../audit';
import type { AuditInput } from '../audit';
import { AuditError } from '../AuditError';
import { applyBaseline, readBaseline, toBaselineEntries } from '../baseline';
import { formatReport, judgeReport, onlyProblems, unacceptedFindings } from '../report';
import type { JudgedReport, LimitOptions } from '../report';
import { readText } from '../sources';
import { exitCodes } from './CliIo';
import type { CommandIo } from './CliIo';
import { compareWith } from './compareWith';
import type { CompareOptions } from './compareWith';
import { fixCommand, isFix } from './fixCommand';
import type { FixOptions } from './fixCommand';
import { findProvider } from './loadConfig';
import { readInput } from './readInput';
import type { InputOptions } from './readInput';
import { formatOfOutput, writeReports } from './writeReports';
import type { ReportTargets } from './writeReports';

/** @internal */
export interface AuditOptions
  extends InputOptions, ReportTargets, LimitOptions, CompareOptions, FixOptions {
  readonly limit: number;
  readonly problems?: boolean;
  readonly baseline?: string;
  /** Days. */
  readonly usedWithin?: number;
}

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
  const audited = applyBaseline(await runAudit(input), accepted).report;
  const comparison = await compareWith(audited, options, input, io);
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
    const entries = toBaselineEntries(fresh.slice(0, maxEntries), today);
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

function exitCodeOf({ missing, limits = [] }: JudgedReport, io: CommandIo): number {
  if (missing.length > 0) {
    io.stderr(`Interrupted. The report is incomplete; missing: ${missing.join(', and ')}.\n`);
    return exitCodes.interrupted;
  }
  const failures = limits.flatMap(({ failure }) => failure ?? []);
  for (const failure of failures) io.stderr(`Failed: ${failure}\n`);
  return failures.length > 0 ? exitCodes.failed : exitCodes.ok;
}
