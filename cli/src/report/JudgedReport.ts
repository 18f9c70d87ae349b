import { AuditError } from '../AuditError';
import { isExpectedToSignIn } from '../audit';
import type { AuditReport, Finding, PersonResult } from '../audit';
import { isRelevantChange } from '../compare';
import type { Comparison } from '../compare';
import { toPrintableJson } from './printable';
import { formatPercent, plural } from './words';

/**
 * A limit that was set for an audit, such as `--fail-under 98 %`.
 *
 * @public
 */
export interface Limit {
  readonly name: string;
  /** Why it failed; absent when it holds. */
  readonly failure?: string;
}

/**
 * A report with the results of the limits and of the comparison.
 *
 * @public
 */
export interface JudgedReport extends AuditReport {
  /** The people who are listed. Default: all. */
  readonly listed?: 'problems';
  readonly limits?: readonly Limit[];
  readonly comparison?: Comparison;
}

/** @internal */
export const failOnChoices = ['conflict', 'danger', 'changed'] as const;

/** @internal */
export interface LimitOptions {
  /** Percent. */
  readonly failUnder?: number;
  readonly failOn?: readonly (typeof failOnChoices)[number][];
  /** Whether findings that nobody has accepted fail. */
  readonly baseline?: unknown;
}

/**
 * Checks a report against the limits of the command line. Findings that a baseline accepts do not count.
 *
 * @internal
 */
export function judgeReport(
  { summary, findings, comparison }: JudgedReport,
  { failUnder, failOn = [], baseline }: LimitOptions,
): Limit[] {
  const { coverage, counts } = summary;
  const open = findings.filter(({ accepted }) => !accepted);
  const dangers = open.filter(({ severity }) => severity === 'danger');
  const conflicts = open.filter(({ rule }) => conflictRules.includes(rule));
  const changes = comparison?.changes.filter(isRelevantChange) ?? [];
  const some = (number: number, one: string, many?: string) =>
    number > 0 ? [plural(number, one, many)] : [];
  const failures = {
    conflict: some(counts.ambiguous + conflicts.length, 'conflict'),
    danger: some(dangers.length, 'dangerous finding'),
    changed: some(changes.length, 'sign-in changes', 'sign-ins change'),
  };
  const limits: Limit[] = [];
  const check = (option: string, reasons: readonly string[], name = option) => {
    const failure = `${reasons.join(', and ')} (${option})`;
    limits.push({ name, ...(reasons.length > 0 && { failure }) });
  };
  if (failUnder !== undefined) {
    const below = `${formatPercent(coverage)} would sign in, less than ${failUnder} %`;
    const unknown = some(counts.unknown, 'person is unknown', 'people are unknown');
    const reasons = [...(coverage < failUnder ? [below] : []), ...unknown];
    check('--fail-under', reasons, `--fail-under ${failUnder} %`);
  }
  for (const what of failOnChoices) {
    if (failOn.includes(what)) check(`--fail-on ${what}`, failures[what]);
  }
  if (baseline !== undefined) {
    const { length } = unacceptedFindings(findings);
    check('--baseline', some(length, 'finding is not accepted', 'findings are not accepted'));
  }
  return limits;
}

const conflictRules: readonly string[] = ['sharedEntity', 'becomesSomebodyElse'];

/** The findings that a baseline has to accept. @internal */
export function unacceptedFindings(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity, accepted }) => severity !== 'info' && !accepted);
}

/** Whether a person should sign in and would not, or not as an entity of their own. @internal */
export function isProblem(person: PersonResult): boolean {
  return person.outcome !== 'signsIn' && isExpectedToSignIn(person);
}

/**
 * The report with only those people who should sign in and would not, or not as an entity of their
 * own. Numbers and findings still cover everybody.
 *
 * @public
 */
export function onlyProblems(report: JudgedReport): JudgedReport {
  const people = report.people.filter(isProblem);
  const note = `only people with a problem are listed: ${people.length} of ${report.people.length}`;
  return { ...report, listed: 'problems', people, notes: [...report.notes, note] };
}

/**
 * Version of the JSON report. It is raised when a field is removed or changes its meaning, but not when
 * one is added.
 *
 * @public
 */
export const reportVersion = 1;

/**
 * A report as JSON. `docs/audit-report.schema.json` describes the format.
 *
 * @public
 */
export function toJson(report: JudgedReport): string {
  return `${toPrintableJson({ version: reportVersion, ...report })}\n`;
}

/**
 * Reads a report that {@link toJson} has written.
 *
 * @param file - its name, for errors
 * @returns `undefined` for JSON that is something else
 * @throws {@link AuditError} when the report is of another version, or not of everybody
 * @internal
 */
export function fromJson(text: string, file: string): JudgedReport | undefined {
  const fail = (problem: string): never => {
    throw new AuditError(`${file}: ${problem}`);
  };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return fail(`cannot be read as JSON: ${(error as Error).message}`);
  }
  const report = (content ?? {}) as Partial<JudgedReport> & { readonly version?: unknown };
  const { version, people, baseUrl, generatedAt, missing, listed } = report;
  if (version === undefined && !Array.isArray(people)) return undefined;
  if (version !== reportVersion) {
    const wrong = JSON.stringify(version);
    fail(`is a report of version ${wrong}, not ${reportVersion}; create it again`);
  }
  const isText = (value: unknown) => typeof value === 'string';
  const hasPeople = Array.isArray(people) && people.every(person => isText(person?.outcome));
  if (!hasPeople || !isText(baseUrl) || !isText(generatedAt)) {
    fail('is not a report of "audit --json"');
  }
  if (listed) fail('lists only some people; create it without --problems');
  if (missing?.length !== 0) fail('is the report of an interrupted run; create it again');
  return report as JudgedReport;
}
