import Table from 'cli-table3';
import type { AuditReport } from '../AuditReport';
import { isExpectedToSignIn } from '../people';
import type { PersonResult } from '../people';
import { describeLastUse, describePerson } from './describePerson';
import { formatFindings } from './formatFindings';
import { formatPercent } from './formatPercent';
import { outcomeLabels } from './outcomeLabels';
import { printable } from './printable';
import { wrapText } from './wrapText';

/** @internal */
export interface FormatReportOptions {
  /** Whether the terminal shows colours. */
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Most people in the table. */
  readonly limit: number;
  /** Leaves those out who sign in. */
  readonly problemsOnly: boolean;
}

/**
 * A report as text for a terminal.
 *
 * @internal
 */
export function formatReport(report: AuditReport, options: FormatReportOptions): string {
  const paint = (text: string, code: number) =>
    options.color ? `\u001b[${code}m${text}\u001b[39m` : text;
  const chosen = report.people.filter(
    person => !options.problemsOnly || (person.outcome !== 'signsIn' && isExpectedToSignIn(person)),
  );
  const shown = chosen.slice(0, options.limit);
  const rest = chosen.length - shown.length;
  return [
    ...report.missing.map(text => paint(`INCOMPLETE: ${printable(text)}`, 31)),
    ...(shown.length > 0 ? [formatTable(shown, options, paint)] : []),
    ...(rest > 0
      ? [`… and ${rest} more; --limit shows more of them, --html, --csv and --json all.`]
      : []),
    '',
    formatSummary(report, paint),
    ...formatFindings(report, paint),
    ...report.notes.map(note => `Note: ${printable(note)}`),
  ].join('\n');
}

type Paint = (text: string, code: number) => string;

function formatTable(
  people: readonly PersonResult[],
  { width }: FormatReportOptions,
  paint: Paint,
): string {
  const longest = Math.max(...people.map(({ username }) => printable(username).length));
  const widths = [Math.min(30, Math.max(16, longest + 2)), 19, 12];
  const used = widths.reduce((sum, each) => sum + each, widths.length + 2);
  const last = Math.max(30, width - used);
  const table = new Table({
    head: ['Bitbucket user', 'Sign-in', 'Last used', 'As, or why not'],
    colWidths: [...widths, last],
    style: { head: [], border: [], compact: true },
  });
  for (const person of people) {
    const { label, ansi } = outcomeLabels[person.outcome];
    table.push([
      wrapText(printable(person.username), widths[0]! - 2),
      paint(label, ansi),
      describeLastUse(person),
      wrapText(printable(describePerson(person)), last - 2),
    ]);
  }
  return table.toString();
}

function formatSummary({ summary, resolvers, entities }: AuditReport, paint: Paint): string {
  const { coverage, counts, expected, total } = summary;
  const parts = Object.entries(outcomeLabels).flatMap(([outcome, { label, ansi }]) => {
    const number = counts[outcome as keyof typeof counts];
    return number > 0 ? [paint(`${label}: ${number}`, ansi)] : [];
  });
  return [
    `${formatPercent(coverage)} of ${expected} people would sign in (${total} Bitbucket users in all).`,
    ...(parts.length > 0 ? [`${parts.join(', ')}.`] : []),
    `Catalog: ${entities.users} users, ${entities.groups} groups. Resolvers: ${resolvers.join(', ')}.`,
  ].join('\n');
}
