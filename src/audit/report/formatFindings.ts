import type { AuditReport } from '../AuditReport';
import type { Finding } from '../lint';
import { formatPercent } from './formatPercent';
import { printable } from './printable';

const ansi = { danger: 31, warning: 33, info: 36 } as const;
const marks = { danger: 'DANGER ', warning: 'warning', info: 'info   ' } as const;

const maxConcerns = 8;
const maxFindings = 30;

/**
 * What was found in the data, and what would be better, as lines for a terminal.
 *
 * @internal
 */
export function formatFindings(
  { findings, suggestion, summary, resolvers }: AuditReport,
  paint: (text: string, code: number) => string,
): string[] {
  const shown = findings.slice(0, maxFindings);
  const rest = findings.length - shown.length;
  const lines = shown.map(finding => formatFinding(finding, paint));
  if (rest > 0) lines.push(`… and ${rest} more findings; --html and --json show all.`);
  const found = lines.length > 0 ? ['', 'Findings:', ...lines] : [];
  if (!suggestion) return found;
  const names = suggestion.resolvers.map(({ resolver }) => resolver);
  if (names.join() === resolvers.join()) {
    return [
      ...found,
      '',
      'No other list of resolvers would sign more people in without a conflict.',
    ];
  }
  const percent = formatPercent((100 * suggestion.covered) / Math.max(1, summary.expected));
  return [
    ...found,
    '',
    `Without a conflict, ${percent} (${suggestion.covered} people) would sign in at most, with this list:`,
    '',
    printableLines(suggestion.yaml),
  ];
}

function formatFinding(
  { severity, text, concerns }: Finding,
  paint: (text: string, code: number) => string,
): string {
  const shown = concerns.slice(0, maxConcerns);
  const rest = concerns.length - shown.length;
  const list = [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
  return `${paint(marks[severity], ansi[severity])} ${printable(text)} [${printable(list)}]`;
}

function printableLines(text: string): string {
  return text.trimEnd().split('\n').map(printable).join('\n');
}
