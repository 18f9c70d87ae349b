import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { EntityAccount, EntityAccounts } from '../accountsOfEntity';
import { auditOutcomes } from '../audit';
import type { AuditReport, Finding, PersonResult } from '../audit';
import { isRelevantChange } from '../compare';
import type { Comparison } from '../compare';
import type { JudgedReport } from './JudgedReport';
import { printable } from './printable';
import {
  changeLabels,
  countChanges,
  describeChange,
  describeCoverage,
  describeFinding,
  describeLastUse,
  describePerson,
  describeReliance,
  describeState,
  describeSuggestion,
  factsOf,
  firstOf,
  inWords,
  outcomeLabels,
  plural,
} from './words';

/** @public */
export interface FormatReportOptions {
  /** Whether the terminal shows colours. */
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Most people in the table. */
  readonly limit: number;
}

/** The colour is taken away again where none is shown: nothing from outside is left that looks like one. */
function paint(text: string, code: number): string {
  return `\u001b[${code}m${text}\u001b[39m`;
}

/**
 * A report as text for a terminal.
 *
 * @public
 */
export function formatReport(report: JudgedReport, options: FormatReportOptions): string {
  const text = [
    ...report.missing.map(text => paint(`INCOMPLETE: ${printable(text)}`, 31)),
    ...formatPeople(report.people, options),
    '',
    ...formatSummary(report),
    ...(report.comparison ? ['', formatComparison(report.comparison)] : []),
    ...formatFindings(report.findings),
    ...formatSuggestion(report),
    ...report.notes.map(note => `Note: ${printable(note)}`),
  ].join('\n');
  return options.color ? text : stripVTControlCharacters(text);
}

function formatPeople(people: readonly PersonResult[], options: FormatReportOptions): string[] {
  const { limit, width } = options;
  const shown = people.slice(0, limit);
  const lengths = shown.map(({ username }) => printable(username).length);
  const first = Math.min(30, 2 + lengths.reduce((one, other) => Math.max(one, other), 14));
  // Without the two columns in between, and the borders.
  const last = Math.max(30, width - first - 19 - 12 - 5);
  const table = new Table({
    head: ['Bitbucket user', 'Sign-in', 'Last used', 'Entity or reason'],
    colWidths: [first, 19, 12, last],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  });
  for (const person of shown) {
    const { label, ansi } = outcomeLabels[person.outcome];
    table.push([
      breakWords(printable(person.username), first - 2),
      paint(label, ansi),
      describeLastUse(person),
      breakWords(printable(describePerson(person)), last - 2),
    ]);
  }
  const hint = 'raise --limit to see them, or write all with --html, --csv or --json';
  const rest = people.length - shown.length;
  return [
    ...(shown.length > 0 ? [table.toString()] : []),
    ...(rest > 0 ? [`… and ${rest} more; ${hint}.`] : []),
  ];
}

/**
 * Breaks words that do not fit into a line: the table would cut them off, and a truncated entity ref
 * looks like another one. Characters beyond ASCII may take two columns.
 */
function breakWords(text: string, width: number): string {
  return text.replace(/\S+/gu, word => {
    const size = /^[!-~]*$/.test(word) ? width : Math.floor(width / 2);
    return word.match(new RegExp(`.{1,${size}}`, 'gu'))!.join('\n');
  });
}

function formatSummary({ summary, resolvers, entities }: AuditReport): string[] {
  const { counts, total } = summary;
  const parts = auditOutcomes
    .filter(outcome => counts[outcome] > 0)
    .map(outcome => {
      const { label, ansi } = outcomeLabels[outcome];
      return paint(`${label}: ${counts[outcome]}`, ansi);
    });
  return [
    `${describeCoverage(summary)} (${total} Bitbucket users in total).`,
    ...(parts.length > 0 ? [`${parts.join(', ')}.`] : []),
    ...describeReliance(summary),
    `Catalog: ${plural(entities.users, 'user')}, ${plural(entities.groups, 'group')}. Resolvers: ${resolvers.join(', ')}.`,
  ];
}

const elsewhere = '--json and --html show all';

/** The changes of people who were there before, one per line. @internal */
export function formatComparison({ with: other, changes, notes }: Comparison): string {
  const lines = changes.filter(isRelevantChange).map(change => {
    const code = change.takesOverFrom ? 31 : changeLabels[change.change][2];
    return `${paint(inWords(change.change), code)} ${printable(describeChange(change))}`;
  });
  return [
    `Compared with ${printable(other)}: ${countChanges(changes)}.`,
    ...notes.map(note => `Note: ${printable(note)}`),
    ...firstOf(lines, 50, elsewhere),
  ].join('\n');
}

const marks = {
  danger: paint('DANGER ', 31),
  warning: paint('warning', 33),
  info: paint('info   ', 36),
  accepted: paint('accepted', 90),
};

function formatFindings(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const lines = findings.map(finding => {
    const { severity, accepted } = finding;
    const reason = accepted ? ` accepted on ${accepted.date}: ${accepted.reason}` : '';
    const mark = marks[accepted ? 'accepted' : severity];
    return `${mark} ${printable(`${describeFinding(finding, 8)}${reason}`)}`;
  });
  return ['', 'Findings:', ...firstOf(lines, 30, elsewhere)];
}

function formatSuggestion(report: AuditReport): string[] {
  const suggestion = describeSuggestion(report);
  if (!suggestion) return [];
  const { text, yaml } = suggestion;
  return ['', printable(text), ...(yaml ? ['', ...yaml.split('\n').map(printable)] : [])];
}

/** Who can become an entity, as text for a terminal. @internal */
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
    const names = firstOf(undecided, 20).join(', ');
    lines.push(`Not decided, because information is missing or the data is not valid: ${names}.`);
  }
  return lines.map(printable).join('\n');
}

function headline(count: number): string {
  if (count === 0) return 'No Bitbucket account signs in as this entity.';
  if (count === 1) return 'One Bitbucket account signs in as this entity:';
  return `DANGER: ${count} Bitbucket accounts sign in as this entity; each can act as this person:`;
}

function describeAccount(account: EntityAccount): string {
  const facts = factsOf(account);
  const known = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return `${account.username}${known} by ${account.step}`;
}
