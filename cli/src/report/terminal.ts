import Table from 'cli-table3';
import type { EntityAccount, EntityAccounts } from '../accountsOfEntity';
import type { AuditReport, Finding, PersonResult } from '../audit';
import { isRelevantChange } from '../compare';
import type { Comparison } from '../compare';
import type { JudgedReport } from './JudgedReport';
import { printable } from './printable';
import {
  changeLabels,
  countChanges,
  describeChange,
  describeLastUse,
  describePerson,
  describeState,
  describeSuggestion,
  formatPercent,
  outcomeLabels,
} from './words';

const severityColors = { danger: 31, warning: 33, info: 36 } as const;
const marks = { danger: 'DANGER ', warning: 'warning', info: 'info   ' } as const;

const maxConcerns = 8;
const maxFindings = 30;

/** @public */
export interface FormatReportOptions {
  /** Whether the terminal shows colours. */
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Most people in the table. */
  readonly limit: number;
}

/**
 * A report as text for a terminal.
 *
 * @public
 */
export function formatReport(report: JudgedReport, options: FormatReportOptions): string {
  const paint = (text: string, code: number) =>
    options.color ? `\u001b[${code}m${text}\u001b[39m` : text;
  const shown = report.people.slice(0, options.limit);
  const rest = report.people.length - shown.length;
  return [
    ...report.missing.map(text => paint(`INCOMPLETE: ${printable(text)}`, 31)),
    ...(shown.length > 0 ? [formatTable(shown, options, paint)] : []),
    ...(rest > 0
      ? [
          `… and ${rest} more; raise --limit to see them, or write all with --html, --csv or --json.`,
        ]
      : []),
    '',
    formatSummary(report, paint),
    ...formatComparison(report.comparison, paint),
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
    head: ['Bitbucket user', 'Sign-in', 'Last used', 'Entity or reason'],
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
  const { coverage, counts, expected, total, reliesOnEditableEmail, reliesOnUnknownEmail } =
    summary;
  const parts = Object.entries(outcomeLabels).flatMap(([outcome, { label, ansi }]) => {
    const number = counts[outcome as keyof typeof counts];
    return number > 0 ? [paint(`${label}: ${number}`, ansi)] : [];
  });
  return [
    `${formatPercent(coverage)} of ${expected} people would sign in as an entity of their own (${total} Bitbucket users in total).`,
    ...(parts.length > 0 ? [`${parts.join(', ')}.`] : []),
    ...(reliesOnEditableEmail > 0
      ? [`${reliesOnEditableEmail} of them rely on an email that they can edit in Bitbucket.`]
      : []),
    ...(reliesOnUnknownEmail > 0
      ? [`${reliesOnUnknownEmail} of them rely on an email, and it is not known who can edit it.`]
      : []),
    `Catalog: ${entities.users} users, ${entities.groups} groups. Resolvers: ${resolvers.join(', ')}.`,
  ].join('\n');
}

const maxChanges = 50;
const changeColors = { becomesAnother: 31, loses: 31, gains: 32, joins: 32, leaves: 90 } as const;

/**
 * The changes, one per line.
 *
 * @internal
 */
export function formatComparison(comparison: Comparison | undefined, paint: Paint): string[] {
  if (!comparison) return [];
  const { changes, notes } = comparison;
  const relevant = changes.filter(isRelevantChange);
  const shown = relevant.slice(0, maxChanges);
  const lines = shown.map(change => {
    const code = change.takesOverFrom ? 31 : changeColors[change.change];
    return `${paint(changeLabels[change.change], code)} ${printable(describeChange(change))}`;
  });
  const rest = relevant.length - shown.length;
  return [
    '',
    `Compared with ${printable(comparison.with)}: ${countChanges(changes)}.`,
    ...notes.map(note => `Note: ${printable(note)}`),
    ...lines,
    ...(rest > 0 ? [`… and ${rest} more; --json and --html show all.`] : []),
  ];
}

/** The findings and the suggestion. */
function formatFindings(report: AuditReport, paint: Paint): string[] {
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

function formatFinding({ severity, text, concerns, accepted }: Finding, paint: Paint): string {
  const shown = concerns.slice(0, maxConcerns);
  const rest = concerns.length - shown.length;
  const list = [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
  const reason = accepted ? ` accepted on ${accepted.date}: ${printable(accepted.reason)}` : '';
  const mark = accepted ? paint('accepted', 90) : paint(marks[severity], severityColors[severity]);
  return `${mark} ${printable(text)} [${printable(list)}]${reason}`;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const combining = /\p{M}/u;

/**
 * Breaks a text into lines of at most `width` columns, at spaces and within longer words. Nothing is
 * cut off, because a truncated entity ref looks like another one.
 */
function wrapText(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const char of word) {
      if (columnsOf(line + char) > width) {
        lines.push(line);
        line = '';
      }
      line += char;
    }
  }
  return [...lines, line].join('\n');
}

function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) columns += combining.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return columns;
}

/**
 * Who can become an entity, as text for a terminal.
 *
 * @internal
 */
export function formatAccounts(found: EntityAccounts): string {
  const { entityRef, exists, accounts, others, undecided } = found;
  const lines = [
    `${entityRef}${exists ? '' : ' (not in the catalog)'}`,
    headline(accounts.length),
    ...accounts.map(account => `  ${describeAccount(account)}`),
  ];
  if (others.length > 0) {
    lines.push('For these accounts a single step would match it, but the chain decides otherwise:');
    for (const account of others) {
      lines.push(`  ${describeAccount(account)}; today: ${describeState(account.today)}`);
    }
  }
  if (undecided.length > 0) {
    lines.push(
      `Not decided, because information is missing or the data is not valid: ${undecided.join(', ')}.`,
    );
  }
  return lines.map(printable).join('\n');
}

function headline(count: number): string {
  if (count === 0) return 'No Bitbucket account signs in as this entity.';
  if (count === 1) return 'One Bitbucket account signs in as this entity:';
  return `DANGER: ${count} Bitbucket accounts sign in as this entity; each can act as this person:`;
}

function describeAccount({ username, id, email, displayName, step }: EntityAccount): string {
  const facts = [
    ...(displayName === username ? [] : [displayName]),
    ...(id === undefined ? [] : [`id ${id}`]),
    ...(email === undefined ? [] : [email]),
  ];
  return `${username}${facts.length > 0 ? ` (${facts.join(', ')})` : ''} by ${step}`;
}
