import type { AuditReport } from '../audit';
import { isRelevantChange } from '../compare';
import type { Comparison } from '../compare';
import type { Finding } from '../findings';
import { formatPercent } from '../report';
import type { Limit } from '../report';

/** @internal */
export const failOnChoices = ['conflict', 'danger', 'changed'] as const;

/** @internal */
export interface LimitOptions {
  /** Percent. */
  readonly failUnder?: number;
  readonly failOn?: readonly (typeof failOnChoices)[number][];
}

/**
 * Checks a report against the limits of the command line. Findings that a baseline accepts do not count.
 *
 * @param fresh - findings that the baseline does not accept; `undefined` without a baseline
 * @internal
 */
export function judgeReport(
  { summary, findings }: AuditReport,
  { failUnder, failOn = [] }: LimitOptions,
  { comparison, fresh }: { readonly comparison?: Comparison; readonly fresh?: readonly Finding[] },
): Limit[] {
  const limits: Limit[] = [];
  if (failUnder !== undefined) {
    const { coverage, counts } = summary;
    const reasons = [
      ...(coverage < failUnder
        ? [`${formatPercent(coverage)} would sign in, less than ${failUnder} %`]
        : []),
      ...(counts.unknown > 0
        ? [`${counts.unknown} ${counts.unknown === 1 ? 'person is' : 'people are'} unknown`]
        : []),
    ];
    const failure = `${reasons.join(', and ')} (--fail-under)`;
    limits.push({ name: `--fail-under ${failUnder} %`, ...(reasons.length > 0 && { failure }) });
  }
  const open = findings.filter(({ accepted }) => !accepted);
  const counts = {
    // The summary also counts conflicts that the baseline accepts.
    conflict: fresh ? summary.counts.ambiguous + count(open, isConflict) : summary.conflicts,
    danger: count(open, ({ severity }) => severity === 'danger'),
    changed: comparison?.changes.filter(isRelevantChange).length ?? 0,
  };
  const nouns = {
    conflict: ['conflict', 'conflicts'],
    danger: ['dangerous finding', 'dangerous findings'],
    changed: ['sign-in changes', 'sign-ins change'],
  } as const;
  for (const what of failOnChoices.filter(each => failOn.includes(each))) {
    const number = counts[what];
    const failure = `${number} ${nouns[what][number === 1 ? 0 : 1]} (--fail-on ${what})`;
    limits.push({ name: `--fail-on ${what}`, ...(number > 0 && { failure }) });
  }
  if (fresh) {
    const words = fresh.length === 1 ? 'finding is' : 'findings are';
    const failure = `${fresh.length} ${words} not accepted (--baseline)`;
    limits.push({ name: '--baseline', ...(fresh.length > 0 && { failure }) });
  }
  return limits;
}

function isConflict({ rule }: Finding): boolean {
  return rule === 'sharedEntity' || rule === 'becomesSomebodyElse';
}

function count(findings: readonly Finding[], test: (finding: Finding) => boolean): number {
  return findings.filter(test).length;
}
