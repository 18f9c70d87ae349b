import type { AuditReport } from '../AuditReport';
import type { Finding } from '../lint';
import { describeSuggestion } from './describeSuggestion';
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
  report: AuditReport,
  paint: (text: string, code: number) => string,
): string[] {
  const { findings } = report;
  const shown = findings.slice(0, maxFindings);
  const rest = findings.length - shown.length;
  const lines = shown.map(finding => formatFinding(finding, paint));
  if (rest > 0) lines.push(`… and ${rest} more findings; --html and --json show all.`);
  const suggestion = describeSuggestion(report);
  return [
    ...(lines.length > 0 ? ['', 'Findings:', ...lines] : []),
    ...(suggestion ? ['', suggestion.text] : []),
    ...(suggestion?.yaml ? ['', suggestion.yaml.split('\n').map(printable).join('\n')] : []),
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
