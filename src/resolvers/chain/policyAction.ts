import type { StepOutcome } from './Decision';
import type { PolicyAction, StepPolicy } from './StepPolicy';

/**
 * What a step's policy says of its outcome. What cannot be configured stops: an answer that nobody
 * has is no reason to ask somebody less sure.
 *
 * @internal
 */
export function policyAction(policy: StepPolicy, outcome: StepOutcome): PolicyAction {
  switch (outcome) {
    case 'missing':
      return policy.onMissing ?? 'next';
    case 'none':
      return policy.onNoMatch ?? 'next';
    case 'denied':
      return policy.onDenied ?? 'next';
    case 'ambiguous':
    case 'disagreement':
      return policy.onAmbiguous ?? 'stop';
    case 'matched':
    case 'unavailable':
    case 'failed':
      return 'stop';
  }
}
