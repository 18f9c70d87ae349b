import { runAudit } from '../audit';
import type { AuditReport } from '../audit';
import { formatPercent, formatReport, onlyProblems } from '../report';
import { exitCodes } from './CliIo';
import type { CliIo } from './CliIo';
import { createProgress } from './createProgress';
import { readWorld } from './readWorld';
import type { WorldOptions } from './readWorld';
import { formatOfOutput, writeReports } from './writeReports';
import type { ReportTargets } from './writeReports';

/** @internal */
export interface AuditCommandOptions extends WorldOptions, ReportTargets {
  readonly limit: number;
  readonly problems?: boolean;
  /** Percent. */
  readonly failUnder?: number;
  readonly failOn?: readonly ('conflict' | 'danger')[];
}

/**
 * `audit`: who will be able to sign in.
 *
 * @returns the exit code
 * @internal
 */
export async function auditCommand(options: AuditCommandOptions, io: CliIo): Promise<number> {
  const output = formatOfOutput(options);
  const progress = createProgress(io);
  let report: AuditReport;
  try {
    const { settings, users, entities } = await readWorld(options, io, progress);
    const missing = [users.missing, entities.missing].flatMap(text => text ?? []);
    if (entities.missing) {
      // Without the whole catalog every verdict could be another one.
      progress.stop();
      io.stderr(`Interrupted: missing are ${missing.join(', and ')}.\nNothing was decided.\n`);
      return exitCodes.interrupted;
    }
    report = await runAudit({
      settings,
      payloads: users.items,
      entities: entities.items,
      missing,
      notes: [...users.notes, ...entities.notes],
      // One Ctrl-C ends one thing: what was read until then is decided, which takes seconds.
      signal: users.missing ? undefined : io.signal,
      onProgress: (done, total) => progress.update('people', done, total),
    });
  } finally {
    progress.stop();
  }
  const shown = options.problems ? onlyProblems(report) : report;
  writeReports(shown, options, io);
  if (output === undefined) {
    const { isTerminal: color, width } = io;
    io.stdout(`${formatReport(shown, { color, width, limit: options.limit })}\n`);
  }
  return judge(report, options, io);
}

function judge(
  { missing, summary, findings }: AuditReport,
  { failUnder, failOn = [] }: AuditCommandOptions,
  io: CliIo,
): number {
  if (missing.length > 0) {
    io.stderr(`Interrupted: the report is incomplete, missing are ${missing.join(', and ')}.\n`);
    return exitCodes.interrupted;
  }
  const failures: string[] = [];
  if (failUnder !== undefined && summary.coverage < failUnder) {
    failures.push(
      `${formatPercent(summary.coverage)} would sign in, less than ${failUnder} % (--fail-under)`,
    );
  }
  if (failOn.includes('conflict') && summary.conflicts > 0) {
    failures.push(`${summary.conflicts} conflicts (--fail-on conflict)`);
  }
  const dangers = findings.filter(({ severity }) => severity === 'danger').length;
  if (failOn.includes('danger') && dangers > 0) {
    failures.push(`${dangers} dangerous findings (--fail-on danger)`);
  }
  for (const failure of failures) io.stderr(`Failed: ${failure}\n`);
  return failures.length > 0 ? exitCodes.failed : exitCodes.ok;
}
