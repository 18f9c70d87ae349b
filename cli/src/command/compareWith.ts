import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readAuditSettings, runAudit } from '../audit';
import type { AuditInput, AuditReport } from '../audit';
import { AuditError } from '../AuditError';
import { compareReports } from '../compare';
import type { Comparison } from '../compare';
import { reportVersion } from '../report';
import type { JudgedReport } from '../report';
import { readText } from '../sources';
import type { CommandIo } from './CliIo';
import { loadConfig } from './loadConfig';

/** @internal */
export interface CompareOptions {
  /** The JSON report of an earlier audit, or the files of another config. */
  readonly compare?: readonly string[];
  readonly env?: string;
}

/**
 * Compares a report with an earlier one, or with that of another config for the same people and
 * entities.
 *
 * @returns `undefined` when there is nothing to compare with, or the report is incomplete: everybody who
 * was not read would count as gone
 * @throws {@link AuditError} when the files are neither, or the earlier report is not of everybody
 * @internal
 */
export async function compareWith(
  report: AuditReport,
  { compare: files = [], env }: CompareOptions,
  input: AuditInput,
  io: CommandIo,
): Promise<Comparison | undefined> {
  if (files.length === 0 || report.missing.length > 0) return undefined;
  const old = files.length === 1 ? readReport(resolve(io.cwd, files[0]!)) : undefined;
  if (old) return compareReports(old, report, `${files[0]}, made ${old.generatedAt}`);
  const settings = readAuditSettings(await loadConfig(files, io), env);
  const other = await runAudit({ ...input, settings });
  const label = files.join(', ');
  if (other.missing.length > 0) throw new AuditError(`the comparison with ${label} is missing`);
  return compareReports(other, report, label);
}

/** @returns `undefined` when the file is not a report */
function readReport(path: string): JudgedReport | undefined {
  if (!path.endsWith('.json')) return undefined;
  if (!existsSync(path)) throw new AuditError(`${path} does not exist`);
  const fail = (problem: string): never => {
    throw new AuditError(`${path}: ${problem}`);
  };
  let content: unknown;
  try {
    content = JSON.parse(readText(path));
  } catch (error) {
    return fail(`cannot be read as JSON: ${(error as Error).message}`);
  }
  const report = (content ?? {}) as Partial<JudgedReport> & { readonly version?: unknown };
  const { version, people, baseUrl, generatedAt } = report;
  if (version === undefined && !Array.isArray(people)) return undefined;
  if (version !== reportVersion) {
    fail(
      `is a report of version ${JSON.stringify(version)}, not ${reportVersion}; create it again`,
    );
  }
  const hasPeople = Array.isArray(people) && people.every(({ outcome }) => isText(outcome));
  if (!hasPeople || !isText(baseUrl) || !isText(generatedAt)) {
    fail('is not a report of "audit --json"');
  }
  if (report.listed) fail('lists only some people; create it without --problems');
  if (report.missing?.length !== 0) fail('is the report of an interrupted run; create it again');
  return report as JudgedReport;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
