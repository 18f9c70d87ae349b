import type { AuditSummary } from './AuditReport';
import type { Finding } from './lint';
import { auditOutcomes, isExpectedToSignIn } from './people';
import type { AuditOutcome, PersonResult } from './people';

/**
 * Counts a report.
 *
 * @internal
 */
export function summarize(
  people: readonly PersonResult[],
  findings: readonly Finding[],
): AuditSummary {
  const counts = Object.fromEntries(auditOutcomes.map(outcome => [outcome, 0])) as Record<
    AuditOutcome,
    number
  >;
  for (const { outcome } of people) counts[outcome] += 1;
  const expected = people.filter(isExpectedToSignIn).length;
  const shared = findings.filter(({ rule }) => rule === 'sharedEntity').length;
  return {
    total: people.length,
    expected,
    counts,
    coverage: expected === 0 ? 0 : (100 * counts.signsIn) / expected,
    conflicts: counts.ambiguous + shared,
  };
}
