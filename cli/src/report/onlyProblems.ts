import { isExpectedToSignIn } from '../audit';
import type { AuditReport, PersonResult } from '../audit';

/**
 * Whether a person should sign in and would not.
 *
 * @internal
 */
export function isProblem(person: PersonResult): boolean {
  return person.outcome !== 'signsIn' && isExpectedToSignIn(person);
}

/**
 * The report with only those people who should sign in and would not. Numbers and findings are still
 * those of all.
 *
 * @public
 */
export function onlyProblems(report: AuditReport): AuditReport {
  const people = report.people.filter(isProblem);
  const note = `only people who should sign in and would not are listed: ${people.length} of ${report.people.length}`;
  return { ...report, people, notes: [...report.notes, note] };
}
