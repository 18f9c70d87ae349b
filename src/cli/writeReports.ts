import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AuditError, toCsv, toHtml } from '../audit';
import type { AuditReport } from '../audit';
import type { CliIo } from './CliIo';

/** @internal */
export interface ReportTargets {
  /** A file, or `true` for standard output. */
  readonly json?: string | true;
  readonly csv?: string | true;
  readonly html?: string;
}

/**
 * Writes the reports that were asked for.
 *
 * @throws {@link AuditError} when a file cannot be written
 * @internal
 */
export function writeReports(report: AuditReport, targets: ReportTargets, io: CliIo): void {
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
