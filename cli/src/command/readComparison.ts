import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readAuditSettings, runAudit } from '../audit';
import type { AuditInput } from '../audit';
import { AuditError } from '../AuditError';
import type { ComparedReport } from '../compare';
import { reportVersion } from '../report';
import type { CliIo } from './CliIo';
import { loadConfig } from './loadConfig';

/** The report to compare with. @internal */
export interface ComparedWith {
  readonly report: ComparedReport;
  readonly label: string;
}

/**
 * Reads what `--compare` names: the JSON report of an earlier audit, or other config files, which are
 * audited with the people and entities of this audit.
 *
 * @param input - the people and entities of this audit
 * @throws {@link AuditError} when it is neither, or the report is incomplete
 * @internal
 */
export async function readComparison(
  files: readonly string[],
  env: string | undefined,
  io: CliIo,
  input: Omit<AuditInput, 'settings'>,
): Promise<ComparedWith> {
  const [file] = files;
  const old = files.length === 1 ? readReport(resolve(io.cwd, file!)) : undefined;
  if (old) return { report: old, label: `${file}, made ${old.generatedAt}` };
  const settings = readAuditSettings(await loadConfig(files, io), env);
  const report = await runAudit({ ...input, settings });
  if (report.missing.length > 0) {
    throw new AuditError(`Interrupted: the comparison with ${files.join(', ')} is missing`);
  }
  return { report, label: files.join(', ') };
}

type OldReport = ComparedReport & { readonly generatedAt: string };

/** @returns `undefined` when the file is not a report */
function readReport(path: string): OldReport | undefined {
  if (!path.endsWith('.json')) return undefined;
  let content: unknown;
  if (!existsSync(path)) throw new AuditError(`${path} does not exist`);
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new AuditError(`${path}: cannot be read as JSON: ${(error as Error).message}`);
  }
  const report = (content ?? {}) as Partial<
    OldReport & { version: unknown; listed: unknown; missing: unknown }
  >;
  if (report.version === undefined && !Array.isArray(report.people)) return undefined;
  if (report.version !== reportVersion) {
    throw new AuditError(
      `${path}: is a report of version ${JSON.stringify(report.version)}, not ${reportVersion}; create it again`,
    );
  }
  const isReport =
    Array.isArray(report.people) &&
    report.people.every(person => typeof (person as { outcome?: unknown }).outcome === 'string') &&
    typeof report.baseUrl === 'string' &&
    typeof report.generatedAt === 'string';
  if (!isReport) throw new AuditError(`${path}: is not a report of "audit --json"`);
  if (report.listed !== undefined) {
    throw new AuditError(`${path}: lists only some people; create it without --problems`);
  }
  if (!Array.isArray(report.missing) || report.missing.length > 0) {
    throw new AuditError(`${path}: is the report of an interrupted run; create it again`);
  }
  return report as OldReport;
}
