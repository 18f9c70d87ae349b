import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { runAudit } from '../audit';
import type { AuditReport } from '../audit';
import { AuditError } from '../AuditError';
import { applyBaseline, readBaseline, toBaselineEntries } from '../baseline';
import { compareReports } from '../compare';
import type { Finding, FindingSource } from '../findings';
import { formatReport, onlyProblems } from '../report';
import type { JudgedReport } from '../report';
import { exitCodes } from './CliIo';
import type { CliIo } from './CliIo';
import { createProgress } from './createProgress';
import type { Progress } from './createProgress';
import { fixCommand, isFix } from './fixCommand';
import type { FixOptions } from './fixCommand';
import { judgeReport } from './judgeReport';
import type { LimitOptions } from './judgeReport';
import { findProvider } from './loadConfig';
import { readComparison } from './readComparison';
import { readWorld } from './readWorld';
import type { World, WorldOptions } from './readWorld';
import { formatOfOutput, writeReports } from './writeReports';
import type { ReportTargets } from './writeReports';

/** @internal */
export interface AuditCommandOptions extends WorldOptions, ReportTargets, LimitOptions, FixOptions {
  readonly limit: number;
  readonly problems?: boolean;
  /** A JSON report, or config files. */
  readonly compare: readonly string[];
  readonly baseline?: string;
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
  const output = formatOfOutput(options);
  if (options.failOn?.includes('changed') && options.compare.length === 0) {
    throw new AuditError('--fail-on changed needs --compare');
  }
  checkFix(options, output);
  const today = new Date().toISOString().slice(0, 10);
  const accepted = readAccepted(options.baseline, today, io);
  const progress = createProgress(io);
  let world: World;
  let judged: Judged;
  try {
    world = await readWorld(options, io, progress);
    const missing = missingOf(world);
    if (world.entities.missing) {
      // Without the whole catalog, every result could be wrong.
      progress.stop();
      io.stderr(`Interrupted. Not read: ${missing.join(', and ')}.\nNothing was decided.\n`);
      return exitCodes.interrupted;
    }
    judged = await auditWorld(world, options, accepted, io, progress);
    if (isFix(options) && judged.report.missing.length === 0) {
      progress.stop();
      await fixCommand(judged.report, inputOf(world, options), options, io);
    }
  } finally {
    progress.stop();
  }
  const { report, fresh = [] } = judged;
  const shown = options.problems ? onlyProblems(report) : report;
  writeReports(shown, options, io, {
    places: placesOf(world.entities.items),
    config: findProvider(options.config, io),
  });
  if (output === undefined && !isFix(options)) {
    const { isTerminal: color, width } = io;
    io.stdout(`${formatReport(shown, { color, width, limit: options.limit })}\n`);
  }
  if (fresh.length > 0) {
    io.stderr(
      `To accept these findings, add them to "accepted" in ${options.baseline}, each with a reason:\n${toBaselineEntries(fresh.slice(0, maxEntries), today)}\n`,
    );
  }
  return exitCodeOf(report, io);
}

const maxEntries = 20;

interface Judged {
  readonly report: JudgedReport;
  /** Findings that the baseline does not accept. */
  readonly fresh?: readonly Finding[];
}

async function auditWorld(
  world: World,
  options: AuditCommandOptions,
  accepted: ReturnType<typeof readBaseline> | undefined,
  io: CliIo,
  progress: Progress,
): Promise<Judged> {
  const { users, entities } = world;
  const input = inputOf(world, options);
  const onProgress = (done: number, total: number) => progress.update('people', done, total);
  const audited: AuditReport = await runAudit({
    ...input,
    missing: missingOf(world),
    findings: [...users.findings, ...entities.findings],
    notes: [...users.notes, ...entities.notes],
    // If Ctrl-C ended the reading, the rest still runs: the users that were read take only seconds.
    signal: users.missing ? undefined : io.signal,
    onProgress,
  });
  const { report, fresh = undefined } = accepted
    ? applyBaseline(audited, accepted)
    : { report: audited };
  // In an incomplete report, everybody who was not read would count as gone.
  const isComparable = options.compare.length > 0 && report.missing.length === 0;
  const before = isComparable
    ? await readComparison(options.compare, options.env, io, {
        ...input,
        signal: io.signal,
        onProgress,
      })
    : undefined;
  const comparison = before && compareReports(before.report, report, before.label);
  const limits = judgeReport(report, options, { comparison, fresh });
  return { report: { ...report, limits, ...(comparison && { comparison }) }, fresh };
}

/** File and line of each entity that was read from a file. */
function placesOf(entities: World['entities']['items']): Map<string, FindingSource> {
  return new Map(
    entities.flatMap(entity =>
      entity.source ? [[stringifyEntityRef(entity), entity.source] as const] : [],
    ),
  );
}

function inputOf(
  { settings, users, entities, owners, licensed }: World,
  { usedWithin }: AuditCommandOptions,
) {
  return {
    settings,
    payloads: users.items,
    entities: entities.items,
    owners,
    findDirectory: users.findDirectory,
    usedWithinMs: usedWithin,
    licensed,
  };
}

/** @throws {@link AuditError} for options that cannot be combined */
function checkFix(options: AuditCommandOptions, output: string | undefined): void {
  if (options.write && !isFix(options)) {
    throw new AuditError('--write needs --fix or --write-missing');
  }
  if (options.fix && options.entities === undefined) {
    throw new AuditError('--fix edits entity files: name them with --entities');
  }
  if (isFix(options) && output !== undefined) {
    throw new AuditError(`the diff goes to standard output; name a file for --${output}`);
  }
}

function missingOf({ users, entities }: World): string[] {
  return [users.missing, entities.missing].flatMap(text => text ?? []);
}

function readAccepted(file: string | undefined, today: string, { cwd }: CliIo) {
  if (file === undefined) return undefined;
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new AuditError(`${path}: cannot be read: ${(error as Error).message}`);
  }
  return readBaseline(text, path, today);
}

function exitCodeOf({ missing, limits = [] }: JudgedReport, io: CliIo): number {
  if (missing.length > 0) {
    io.stderr(`Interrupted. The report is incomplete; missing: ${missing.join(', and ')}.\n`);
    return exitCodes.interrupted;
  }
  const failures = limits.flatMap(({ failure }) => failure ?? []);
  for (const failure of failures) io.stderr(`Failed: ${failure}\n`);
  return failures.length > 0 ? exitCodes.failed : exitCodes.ok;
}
