import type { SignInErrorCode } from '../../errors';
import type { StepRecord } from './Decision';

/**
 * The code of the refusal when a chain stops at a step.
 *
 * @internal
 */
export function refusalCode({ outcome, plan }: StepRecord): SignInErrorCode {
  switch (outcome) {
    case 'missing':
      return 'ATTRIBUTE_MISSING';
    case 'denied':
      return deniedCode(plan) ?? 'EMAIL_NOT_TRUSTED';
    case 'ambiguous':
      return 'MULTIPLE_MATCHING_USERS';
    case 'disagreement':
      return 'ATTRIBUTES_DISAGREE';
    case 'unavailable':
      return 'CATALOG_UNAVAILABLE';
    case 'failed':
      return 'MATCHER_FAILED';
    default:
      return 'NO_MATCHING_USER';
  }
}

function deniedCode(plan: StepRecord['plan']): SignInErrorCode | undefined {
  if (plan?.type === 'denied') return plan.code;
  if (plan?.type !== 'agreement') return undefined;
  return plan.parts.map(part => deniedCode(part.plan)).find(Boolean);
}

/**
 * The code when every step was tried and none signed in: what was ambiguous on the way is the better
 * explanation than that nobody was found.
 *
 * @internal
 */
export function exhaustedCode(records: readonly StepRecord[]): SignInErrorCode {
  const several = records.find(
    ({ outcome }) => outcome === 'ambiguous' || outcome === 'disagreement',
  );
  if (several) return refusalCode(several);
  const lacksAll = records.length > 0 && records.every(({ outcome }) => outcome === 'missing');
  return lacksAll ? 'ATTRIBUTE_MISSING' : 'NO_MATCHING_USER';
}
