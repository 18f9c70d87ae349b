import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { runAudit } from '../audit';
import type { AuditReport } from '../audit';
import { AuditError } from '../AuditError';
import { formatPercent, formatReport, toCsv, toHtml } from '../report';
import { exitCodes } from './CliIo';
import type { CliIo } from './CliIo';
import { createProgress } from './createProgress';
import { readWorld } from './readWorld';
import type { WorldOptions } from './readWorld';

/** @internal */
export interface AuditCommandOptions extends WorldOptions {
  /** A file, or `true` for standard output. */
  readonly json?: string | true;
  readonly csv?: string | true;
  readonly html?: string;
  readonly limit: number;
  readonly problems?: boolean;
  /** Percent. */
  readonly failUnder?: number;
  readonly failOn?: readonly ('conflict' | 'danger')[];
  /** Milliseconds. */
  readonly usedWithin?: number;
}

/**
 * `audit`: who will be able to sign in.
 *
 * @returns the exit code
 * @internal
 */
export async function auditCommand(options: AuditCommandOptions, io: CliIo): Promise<number> {
  if (options.json === true && options.csv === true) {
    throw new AuditError('--json and --csv cannot both go to standard output; name a file for one');
  }
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
      findDirectory: users.findDirectory,
      usedWithinMs: options.usedWithin,
      missing,
      findings: [...users.findings, ...entities.findings],
      notes: [...users.notes, ...entities.notes],
      // One Ctrl-C ends one thing: what was read until then is decided, which takes seconds.
      signal: users.missing ? undefined : io.signal,
      onProgress: (done, total) => progress.update('people', done, total),
    });
  } finally {
    progress.stop();
  }
  writeReports(report, options, io);
  if (options.json !== true && options.csv !== true) {
    const { isTerminal: color, width } = io;
    const { limit, problems: problemsOnly = false } = options;
    io.stdout(`${formatReport(report, { color, width, limit, problemsOnly })}\n`);
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
  if (failUnder !== undefined && summary.counts.unknown > 0) {
    const who = summary.counts.unknown === 1 ? 'person is' : 'people are';
    failures.push(`${summary.counts.unknown} ${who} unknown (--fail-under)`);
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

/**
 * Writes the reports that were asked for.
 *
 * @throws {@link AuditError} when a file cannot be written
 * @internal
 */
function writeReports(report: AuditReport, targets: AuditCommandOptions, io: CliIo): void {
  const { json, csv, html } = targets;
  if (json !== undefined) write(json, `${JSON.stringify(report, null, 2)}\n`, io);
  if (csv !== undefined) write(csv, toCsv(report), io);
  if (html !== undefined) write(html, toHtml(report), io);
}

function write(target: string | true, text: string, io: CliIo): void {
  if (target === true) {
    io.stdout(text);
    return;
  }
  const path = resolve(io.cwd, target);
  try {
    mkdirSync(dirname(path), { recursive: true });
    // For its owner only: it lists people with their addresses.
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    throw new AuditError(`${path} cannot be written: ${(error as Error).message}`);
  }
  io.stderr(`Wrote ${path}\n`);
}
