import { faultNames } from './faults';
import type { FaultName } from './faults';
import type { UnreachableName } from './expectations';

type RowName = FaultName | UnreachableName;

/** Cells of a table, by fault and column. */
export type Cells = Map<RowName, Map<string, string>>;

export function putCell(cells: Cells, fault: RowName, column: string, text: string): void {
  const row = cells.get(fault) ?? new Map<string, string>();
  cells.set(fault, row.set(column, text));
}

/** A Markdown table with one row per fault, padded as Prettier does it. "–": not possible there. */
export function renderTable(
  cells: Cells,
  columns: readonly string[],
  names: readonly RowName[] = faultNames.filter(name => cells.has(name)),
): string {
  const rows = names.map(fault => [
    fault,
    ...columns.map(column => cells.get(fault)?.get(column) ?? '–'),
  ]);
  const all = [['fault', ...columns], ...rows];
  const widths = all[0]!.map((_, index) => Math.max(...all.map(row => row[index]!.length), 3));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, index) => text.padEnd(widths[index]!)).join(' | ')} |`;
  const [head, ...body] = all.map(line);
  return [head, line(widths.map(width => '-'.repeat(width))), ...body].join('\n');
}
