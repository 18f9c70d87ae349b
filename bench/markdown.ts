import type { Spread } from './race';

/** A promise about a number, and whether it was kept in this run. */
export interface Target {
  readonly text: string;
  readonly met: boolean;
}

/** A table as docs/performance.md has it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map(row => row[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export function showTargets(targets: readonly Target[]): string {
  return targets.map(({ text, met }) => (met ? text : `${text}: **missed**`)).join('; ');
}

/** `0.52 (0.48–0.61)` */
export function showRatios({ median, low, high }: Spread): string {
  return `${showRatio(median)} (${showRatio(low)}–${showRatio(high)})`;
}

/** `12.1 ms (11.8–13.0)` */
export function showDurations({ median, low, high }: Spread): string {
  const { factor, unit, digits } = unitFor(median);
  const show = (value: number) => (value * factor).toFixed(digits);
  return `${show(median)} ${unit} (${show(low)}–${show(high)})`;
}

export function showDuration(milliseconds: number): string {
  const { factor, unit, digits } = unitFor(milliseconds);
  return `${(milliseconds * factor).toFixed(digits)} ${unit}`;
}

function unitFor(milliseconds: number) {
  if (milliseconds >= 1000) return { factor: 0.001, unit: 's', digits: 1 };
  if (milliseconds >= 0.1) return { factor: 1, unit: 'ms', digits: milliseconds < 100 ? 1 : 0 };
  return { factor: 1000, unit: 'µs', digits: 1 };
}

function showRatio(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(2);
}

export function showCount(count: number): string {
  return String(Number(count.toPrecision(2)));
}

/**
 * The text with everything between `<!-- bench: name -->` and `<!-- /bench -->` replaced.
 *
 * @throws Error when the text has no such place
 */
export function replaceBetweenMarkers(text: string, name: string, replacement: string): string {
  const [begin, end] = [`<!-- bench: ${name} -->`, '<!-- /bench -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The text has no place "${begin} … ${end}"`);
  return `${text.slice(0, from + begin.length)}\n\n${replacement}\n\n${text.slice(to)}`;
}
