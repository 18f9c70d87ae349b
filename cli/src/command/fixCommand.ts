import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { runAudit } from '../audit';
import type { AuditInput, AuditReport } from '../audit';
import { AuditError } from '../AuditError';
import { compareReports } from '../compare';
import type { SourcedEntity } from '../findings';
import { annotateFile, planFix, planMissingUsers, toUnifiedDiff, toYamlDocuments } from '../fix';
import type { LeftOut } from '../fix';
import { formatComparison, formatPercent, printable } from '../report';
import type { CliIo } from './CliIo';
import { writeOrFail } from './writeReports';

/** @internal */
export interface FixOptions {
  /** Adds ids to entity files. */
  readonly fix?: boolean;
  /** A new file with `User` entities for people who have none. */
  readonly writeMissing?: string;
  /** Writes the files instead of showing a diff. */
  readonly write?: boolean;
}

/** @internal */
export function isFix({ fix, writeMissing }: FixOptions): boolean {
  return Boolean(fix) || writeMissing !== undefined;
}

interface ChangedFile {
  readonly path: string;
  readonly text: string;
  readonly diff: string;
}

/**
 * `audit --fix`, `--write-missing`: shows or writes what the entity files lack, and predicts the result
 * of the next audit.
 *
 * @throws {@link AuditError} when the report is not certain enough, or a file cannot be written
 * @internal
 */
export async function fixCommand(
  report: AuditReport,
  input: AuditInput,
  options: FixOptions,
  io: CliIo,
): Promise<void> {
  const files: ChangedFile[] = [];
  const leftOut: LeftOut[] = [];
  let entities = input.entities;
  if (options.fix) {
    const fixed = fixFiles(report, input, io);
    files.push(...fixed.files);
    leftOut.push(...fixed.leftOut);
    entities = fixed.entities;
  }
  if (options.writeMissing !== undefined) {
    const missing = writeMissing(report, { ...input, entities }, options.writeMissing, io);
    files.push(...missing.files);
    leftOut.push(...missing.leftOut);
    entities = [...entities, ...missing.entities];
  }
  if (options.write) write(files, io);
  else io.stdout(files.map(({ diff }) => (io.isTerminal ? paintDiff(diff) : diff)).join(''));
  reportLeftOut(leftOut, io);
  await reportNextAudit(report, { ...input, entities }, io);
}

function fixFiles(report: AuditReport, { settings, payloads, entities }: AuditInput, io: CliIo) {
  const key = `${settings.host}/user-id`;
  const plan = planFix(report, payloads, entities, settings.host);
  const leftOut = [...plan.leftOut];
  const byFile = new Map<string, Map<string, string>>();
  for (const { entityRef, id, source } of plan.annotations) {
    const wanted = byFile.get(source.file) ?? new Map<string, string>();
    byFile.set(source.file, wanted.set(entityRef, id));
  }
  const done = new Map<string, string>();
  const files = [...byFile].flatMap(([path, wanted]): ChangedFile[] => {
    try {
      const before = readUtf8(path);
      if (before === undefined) {
        const why = `${relativePath(path, io)} is not UTF-8`;
        leftOut.push(...[...wanted.keys()].map(who => ({ who, why })));
        return [];
      }
      const { text, edits, problems } = annotateFile(before, key, wanted);
      for (const [who, why] of problems) leftOut.push({ who, why });
      for (const [ref, id] of wanted) if (!problems.has(ref)) done.set(ref, id);
      return [{ path, text, diff: toUnifiedDiff(relativePath(path, io), before, edits) }];
    } catch (error) {
      throw new AuditError(`${path}: cannot be edited: ${(error as Error).message}`);
    }
  });
  return {
    files: files.filter(({ diff }) => diff !== ''),
    leftOut,
    entities: entities.map(entity => annotated(entity, key, done)),
  };
}

/** @returns `undefined` for what would not be the same again when written */
function readUtf8(path: string): string | undefined {
  const bytes = readFileSync(path);
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

function annotated(
  entity: SourcedEntity,
  key: string,
  ids: ReadonlyMap<string, string>,
): SourcedEntity {
  const id = ids.get(stringifyEntityRef(entity));
  if (id === undefined) return entity;
  const annotations = { ...entity.metadata.annotations, [key]: id };
  return { ...entity, metadata: { ...entity.metadata, annotations } };
}

function writeMissing(report: AuditReport, input: AuditInput, file: string, io: CliIo) {
  const unsure = report.findings.filter(({ rule }) =>
    ['rejectedEntity', 'incompleteList', 'duplicateAccount'].includes(rule),
  );
  if (unsure.length > 0) {
    throw new AuditError(
      `--write-missing cannot tell who has no entity while there are findings of ${[...new Set(unsure.map(({ rule }) => rule))].join(', ')}; correct these first`,
    );
  }
  const { settings, payloads, entities } = input;
  const missing = planMissingUsers(report, payloads, entities, settings.host);
  if (missing.entities.length === 0) return { ...missing, files: [] };
  const path = resolve(io.cwd, file);
  if (existsSync(path)) {
    throw new AuditError(`${path} already exists; name a new file with --write-missing`);
  }
  const text = toYamlDocuments(missing.entities);
  const edits = [{ offset: 0, length: 0, text }];
  const diff = toUnifiedDiff(relativePath(path, io), undefined, edits);
  return { ...missing, files: [{ path, text, diff }] };
}

function paintDiff(diff: string): string {
  const colors: Record<string, number> = { '+': 32, '-': 31, '@': 36 };
  const paint = (line: string) => {
    // A file may contain control sequences, which the terminal must not execute.
    const text = printable(line.replace(/[\t\r]$/, ''));
    const color = colors[line[0] ?? ''];
    return color === undefined ? text : `\u001b[${color}m${text}\u001b[39m`;
  };
  return diff.split('\n').map(paint).join('\n');
}

function relativePath(path: string, { cwd }: CliIo): string {
  return relative(cwd, path).split(sep).join('/');
}

function write(files: readonly ChangedFile[], io: CliIo): void {
  for (const { path, text } of files) writeOrFail(path, () => writeFileSync(path, text), io);
}

const maxLeftOut = 30;

function reportLeftOut(leftOut: readonly LeftOut[], io: CliIo): void {
  if (leftOut.length === 0) return;
  const lines = leftOut.slice(0, maxLeftOut).map(({ who, why }) => printable(`  ${who}: ${why}`));
  const rest = leftOut.length - lines.length;
  if (rest > 0) lines.push(`  … and ${rest} more`);
  io.stderr(`Left to you, because it is not certain:\n${lines.join('\n')}\n`);
}

/** Audits the files as they will be, and reports what changes. */
async function reportNextAudit(before: AuditReport, input: AuditInput, io: CliIo): Promise<void> {
  const after = await runAudit(input);
  const comparison = compareReports(before, after, 'the files as they are');
  const steps = new Map(before.people.map(({ id, username, step }) => [id ?? username, step]));
  const moved = after.people.filter(
    ({ id, username, step, entityRef }) =>
      entityRef !== undefined && steps.get(id ?? username) !== step,
  );
  const [old, now] = [before, after].map(({ summary }) => formatPercent(summary.coverage));
  const lines = [
    `The next audit: ${old} -> ${now} of ${after.summary.expected} people would sign in as an entity of their own.`,
    ...formatComparison(comparison, text => text).filter(Boolean),
  ];
  if (moved.length === 0) {
    lines.push(
      `No sign-in uses these ids yet: put userIdMatchingUserEntityAnnotation first in signIn.resolvers.`,
    );
  }
  io.stderr(`${lines.join('\n')}\n`);
}
