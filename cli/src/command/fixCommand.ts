import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { runAudit } from '../audit';
import type { AuditInput, AuditReport } from '../audit';
import { AuditError } from '../AuditError';
import { compareReports } from '../compare';
import type { SourcedEntity } from '../findings';
import { annotateFile, planFix, planMissingUsers, toUnifiedDiff, toYamlDocuments } from '../fix';
import type { LeftOut } from '../fix';
import { groupBy } from '../groupBy';
import { describeCoverage, firstOf, formatComparison, formatPercent, printable } from '../report';
import { relativePath } from '../sources';
import type { CliIo } from './CliIo';
import type { AuditOptions } from './options';
import { writeFile } from './writeReports';

/** Whether the command is about changes, and not about reports. @internal */
export function isFix({ fix, writeMissing }: AuditOptions): boolean {
  return Boolean(fix) || writeMissing !== undefined;
}

interface Fix {
  readonly files: { readonly path: string; readonly text: string; readonly diff: string }[];
  readonly leftOut: readonly LeftOut[];
  /** As they will be. */
  readonly entities: readonly SourcedEntity[];
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
  { fix, writeMissing, write }: AuditOptions,
  io: CliIo,
): Promise<void> {
  const nothing: Fix = { files: [], leftOut: [], entities: input.entities };
  const fixed = fix ? fixFiles(report, input, io) : nothing;
  const { entities } = fixed;
  const added =
    writeMissing === undefined
      ? { ...nothing, entities }
      : addMissing(report, { ...input, entities }, resolve(io.cwd, writeMissing), io);
  const files = [...fixed.files, ...added.files];
  if (write) {
    for (const { path, text } of files) writeFile(path, text, io);
  } else {
    io.stdout(files.map(({ diff }) => (io.isTerminal ? paintDiff(diff) : diff)).join(''));
  }
  const leftOut = [...fixed.leftOut, ...added.leftOut].map(({ who, why }) => `${who}: ${why}`);
  if (leftOut.length > 0) {
    const lines = firstOf(leftOut, maxLeftOut).map(line => `  ${printable(line)}\n`);
    io.stderr(`Left to you, because it is not certain:\n${lines.join('')}`);
  }
  if (files.length === 0) {
    io.stderr('Nothing to change.\n');
    return;
  }
  const after = await runAudit({ ...input, entities: added.entities });
  io.stderr(`${describeNextAudit(report, after)}\n`);
}

const maxLeftOut = 30;

function fixFiles(report: AuditReport, input: AuditInput, io: CliIo): Fix {
  const { settings, payloads, entities } = input;
  const key = `${settings.host}/user-id`;
  const plan = planFix(report, payloads, entities, settings.host);
  const leftOut = [...plan.leftOut];
  const ids = new Map<string, string>();
  const files = [...groupBy(plan.annotations, ({ source }) => source.file)].map(([path, group]) => {
    try {
      const wanted = new Map(group.map(({ entityRef, id }) => [entityRef, id]));
      const before = readFileSync(path);
      const text = before.toString('utf8');
      const isUtf8 = Buffer.from(text, 'utf8').equals(before);
      const shown = relativePath(path, io.cwd);
      // What would not be the same again when written is left alone.
      const fixed = isUtf8
        ? annotateFile(text, key, wanted)
        : {
            text,
            edits: [],
            problems: new Map([...wanted.keys()].map(ref => [ref, `${shown} is not UTF-8`])),
          };
      for (const [who, why] of fixed.problems) leftOut.push({ who, why });
      for (const [ref, id] of wanted) if (!fixed.problems.has(ref)) ids.set(ref, id);
      return { path, text: fixed.text, diff: toUnifiedDiff(shown, text, fixed.edits) };
    } catch (error) {
      throw new AuditError(`${path}: cannot be edited: ${(error as Error).message}`);
    }
  });
  return {
    files: files.filter(({ diff }) => diff !== ''),
    leftOut,
    entities: entities.map(entity => {
      const id = ids.get(stringifyEntityRef(entity));
      if (id === undefined) return entity;
      const annotations = { ...entity.metadata.annotations, [key]: id };
      return { ...entity, metadata: { ...entity.metadata, annotations } };
    }),
  };
}

const unsureRules = ['rejectedEntity', 'incompleteList', 'duplicateAccount'];

function addMissing(report: AuditReport, input: AuditInput, path: string, io: CliIo): Fix {
  const rules = new Set(report.findings.map(({ rule }) => rule));
  const unsure = [...rules].filter(rule => unsureRules.includes(rule));
  if (unsure.length > 0) {
    throw new AuditError(
      `--write-missing cannot tell who has no entity while there are findings of ${unsure.join(', ')}; correct these first`,
    );
  }
  const { settings, payloads } = input;
  const missing = planMissingUsers(report, payloads, input.entities, settings.host);
  const entities = [...input.entities, ...missing.entities];
  if (missing.entities.length === 0) return { ...missing, entities, files: [] };
  if (existsSync(path)) {
    throw new AuditError(`${path} already exists; name a new file with --write-missing`);
  }
  const text = toYamlDocuments(missing.entities);
  const edits = [{ offset: 0, length: 0, text }];
  const diff = toUnifiedDiff(relativePath(path, io.cwd), undefined, edits);
  return { ...missing, entities, files: [{ path, text, diff }] };
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

function describeNextAudit(before: AuditReport, after: AuditReport): string {
  const steps = new Map(before.people.map(({ id, username, step }) => [id ?? username, step]));
  const isUsed = after.people.some(
    ({ id, username, step, entityRef }) =>
      entityRef !== undefined && steps.get(id ?? username) !== step,
  );
  const comparison = compareReports(before, after, 'the files as they are');
  return [
    `The next audit: ${formatPercent(before.summary.coverage)} -> ${describeCoverage(after.summary)}.`,
    stripVTControlCharacters(formatComparison(comparison)),
    ...(isUsed
      ? []
      : [
          'No sign-in uses these ids yet: put userIdMatchingUserEntityAnnotation first in signIn.resolvers.',
        ]),
  ].join('\n');
}
