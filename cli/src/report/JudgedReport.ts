import { isExpectedToSignIn } from '../audit';
import type { AuditReport, PersonResult } from '../audit';
import type { Comparison } from '../compare';
import { toPrintableJson } from './printable';

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

/**
 * Whether a person should sign in and would not, or not as an entity of their own.
 *
 * @internal
 */
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
