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
  describeLastUse,
  describePerson,
  describeReliance,
  describeState,
  describeSuggestion,
  factsOf,
  firstOf,
  formatPercent,
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

function more(items: readonly unknown[], max: number, hint: string): string[] {
  return items.length > max ? [`… and ${items.length - max} more; ${hint}.`] : [];
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
  return [
    ...(shown.length > 0 ? [table.toString()] : []),
    ...more(people, limit, 'raise --limit to see them, or write all with --html, --csv or --json'),
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
  const { coverage, counts, expected, total } = summary;
  const parts = auditOutcomes
    .filter(outcome => counts[outcome] > 0)
    .map(outcome => {
      const { label, ansi } = outcomeLabels[outcome];
      return paint(`${label}: ${counts[outcome]}`, ansi);
    });
  return [
    `${formatPercent(coverage)} of ${expected} people would sign in as an entity of their own (${total} Bitbucket users in total).`,
    ...(parts.length > 0 ? [`${parts.join(', ')}.`] : []),
    ...describeReliance(summary),
    `Catalog: ${plural(entities.users, 'user')}, ${plural(entities.groups, 'group')}. Resolvers: ${resolvers.join(', ')}.`,
  ];
}

const maxChanges = 50;

/** The changes of people who were there before, one per line. @internal */
export function formatComparison({ with: other, changes, notes }: Comparison): string {
  const relevant = changes.filter(isRelevantChange);
  const lines = relevant.slice(0, maxChanges).map(change => {
    const code = change.takesOverFrom ? 31 : changeLabels[change.change][2];
    return `${paint(inWords(change.change), code)} ${printable(describeChange(change))}`;
  });
  return [
    `Compared with ${printable(other)}: ${countChanges(changes)}.`,
    ...notes.map(note => `Note: ${printable(note)}`),
    ...lines,
    ...more(relevant, maxChanges, '--json and --html show all'),
  ].join('\n');
}

const maxFindings = 30;
const maxConcerns = 8;

const marks = {
  danger: paint('DANGER ', 31),
  warning: paint('warning', 33),
  info: paint('info   ', 36),
  accepted: paint('accepted', 90),
};

function formatFindings(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const lines = findings.slice(0, maxFindings).map(({ severity, text, concerns, accepted }) => {
    const list = firstOf(concerns, maxConcerns).join(', ');
    const reason = accepted ? ` accepted on ${accepted.date}: ${accepted.reason}` : '';
    const mark = marks[accepted ? 'accepted' : severity];
    return `${mark} ${printable(`${text}${list && ` [${list}]`}${reason}`)}`;
  });
  const rest = more(findings, maxFindings, '--json and --html show all');
  return ['', 'Findings:', ...lines, ...rest];
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

function describeAccount(account: EntityAccount): string {
  const facts = factsOf(account);
  const known = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return `${account.username}${known} by ${account.step}`;
}
