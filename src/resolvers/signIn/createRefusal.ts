import { createSignInError } from '../../errors';
import type { SignInError } from '../../errors';
import type { Decision, StepOutcome, StepRecord } from '../chain';
import { describeDecision, summarizeTrace } from '../explain';

/**
 * The error of a chain that did not sign in. The public text says which steps were tried and how
 * each ended, in the words of the person; the trace goes to the log.
 *
 * @internal
 */
export function createRefusal(decision: Extract<Decision, { outcome: 'refused' }>): SignInError {
  return createSignInError(decision.code, {
    phase: decision.code === 'CATALOG_UNAVAILABLE' ? 'lookup' : 'match',
    hint: decision.code === 'CATALOG_UNAVAILABLE' ? undefined : tried(decision.records),
    detail: summarizeTrace(describeDecision(decision)),
    cause: decision.cause,
  });
}

// Of the outcomes, not of the reasons: a reason can name a list of domains or a directory.
const words: Record<StepOutcome, string> = {
  matched: 'found',
  none: 'no match',
  missing: 'your account has none that can be used',
  denied: 'may not be used for sign-in here',
  ambiguous: 'more than one match',
  disagreement: 'they do not agree',
  unavailable: 'could not be checked',
  failed: 'could not be checked',
};

function tried(records: readonly StepRecord[]): string | undefined {
  if (records.length === 0) return undefined;
  const list = records.map(
    ({ step, outcome }) => `${step.matcher.label || step.matcher.name} (${words[outcome]})`,
  );
  return `Tried: ${[...new Set(list)].join(', ')}.`;
}
