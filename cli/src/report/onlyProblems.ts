import { isExpectedToSignIn } from '../audit';
import type { PersonResult } from '../audit';
import type { JudgedReport } from './JudgedReport';

/**
 * Whether a person should sign in and would not, or not as an entity of their own.
 *
 * @internal
 */
export function isProblem(person: PersonResult): boolean {
  return person.outcome !== 'signsIn' && isExpectedToSignIn(person);
}

/**
 * The report with only those people who should sign in and would not, or not as an entity of their own. Numbers and findings are still
 * those of all.
 *
 * @public
 */
export function onlyProblems(report: JudgedReport): JudgedReport {
  const people = report.people.filter(isProblem);
  const note = `only people with a problem are listed: ${people.length} of ${report.people.length}`;
  return { ...report, listed: 'problems', people, notes: [...report.notes, note] };
}
