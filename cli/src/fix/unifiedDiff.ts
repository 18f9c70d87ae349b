import { applyEdits } from './annotateFile';
import type { TextEdit } from './annotateFile';

interface Change {
  /** Index of the first old line. */
  readonly at: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const context = 3;

/**
 * The edits of a file as a unified diff for `git apply` and `patch -p1`.
 *
 * @param path - relative, with `/`
 * @param before - `undefined` for a new file
 * @param edits - in order; for a new file, one edit at 0
 * @returns an empty string without edits
 * @internal
 */
export function toUnifiedDiff(
  path: string,
  before: string | undefined,
  edits: readonly TextEdit[],
): string {
  if (edits.length === 0) return '';
  const old = linesOf(before ?? '');
  const starts = startsOf(old);
  const changes = edits.map(edit => toChange(old, starts, edit));
  const end = path.includes(' ') ? '\t' : '';
  const from = before === undefined ? '/dev/null' : `a/${path}${end}`;
  return `--- ${from}\n+++ b/${path}${end}\n${toHunks(old, changes).join('')}`;
}

/** The lines of a text, with their line breaks. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function startsOf(lines: readonly string[]): number[] {
  let offset = 0;
  return lines.map(line => {
    const start = offset;
    offset += line.length;
    return start;
  });
}

/** The line of an offset. The end of the text is in the last line, unless that has a line break. */
function lineAt(lines: readonly string[], starts: readonly number[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  const line = low - 1;
  const isAfterEnd = line >= 0 && offset === starts[line]! + lines[line]!.length;
  return isAfterEnd && lines[line]!.endsWith('\n') ? line + 1 : Math.max(0, line);
}

function toChange(old: readonly string[], starts: readonly number[], edit: TextEdit): Change {
  const at = lineAt(old, starts, edit.offset);
  const start = starts[at] ?? edit.offset;
  const isWholeLines = start === edit.offset && edit.length === 0 && edit.text.endsWith('\n');
  if (isWholeLines) return { at, removed: [], added: linesOf(edit.text) };
  const last = lineAt(old, starts, edit.offset + edit.length);
  const removed = old.slice(at, last + 1);
  const added = applyEdits(removed.join(''), [{ ...edit, offset: edit.offset - start }]);
  return { at, removed, added: linesOf(added) };
}

function toHunks(old: readonly string[], changes: readonly Change[]): string[] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    const isNear = previous && change.at - (previous.at + previous.removed.length) <= 2 * context;
    if (isNear) group!.push(change);
    else groups.push([change]);
  }
  let shift = 0;
  return groups.map(group => {
    const first = Math.max(0, group[0]!.at - context);
    const lastChange = group.at(-1)!;
    const end = Math.min(old.length, lastChange.at + lastChange.removed.length + context);
    const lines: string[] = [];
    let at = first;
    for (const { at: start, removed, added } of group) {
      lines.push(...old.slice(at, start).map(line => ` ${line}`));
      lines.push(...removed.map(line => `-${line}`), ...added.map(line => `+${line}`));
      at = start + removed.length;
    }
    lines.push(...old.slice(at, end).map(line => ` ${line}`));
    const added = group.reduce((sum, change) => sum + change.added.length, 0);
    const removed = group.reduce((sum, change) => sum + change.removed.length, 0);
    const counts = { old: end - first, new: end - first + added - removed };
    const head = `@@ -${span(first, counts.old)} +${span(first + shift, counts.new)} @@\n`;
    shift += added - removed;
    return head + lines.map(line => (line.endsWith('\n') ? line : `${line}\n${noEnd}`)).join('');
  });
}

const noEnd = '\\ No newline at end of file\n';

/** A span of a hunk header. An empty span names the line before it. */
function span(first: number, count: number): string {
  return `${count === 0 ? first : first + 1},${count}`;
}
