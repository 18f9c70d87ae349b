import { SignInError, signInErrorCodes } from '../../errors';
import type { Decision, StepOutcome, StepRecord } from '../chain';
import { describeDecision, summarizeTrace } from './trace';

type Refusal = Extract<Decision, { outcome: 'refused' }>;

/**
 * The error of a chain that refused the sign-in. The public text says which steps were tried and how
 * each ended, in words for the person. The trace goes to the log.
 */
export function createRefusal(decision: Refusal): SignInError {
  return new SignInError(decision.code, {
    name: nameOf(decision),
    phase: decision.code === 'CATALOG_UNAVAILABLE' ? 'lookup' : 'match',
    hint: decision.code === 'CATALOG_UNAVAILABLE' ? undefined : tried(decision.records),
    detail: summarizeTrace(describeDecision(decision)),
    cause: decision.cause,
  });
}

/**
 * Backstage's own reader of resolver lists tries the next resolver after a `NotFoundError`, and after
 * no other error. So a refusal has this name only if every step was tried, and not if a step stopped
 * the chain.
 */
function nameOf({ code, record }: Refusal) {
  if (!record) return 'NotFoundError';
  return signInErrorCodes[code].name === 'NotFoundError' ? 'NotAllowedError' : undefined;
}

// Outcomes only: a reason can name a list of domains or a directory, which is not for the public.
const words: Record<StepOutcome, string> = {
  matched: 'found',
  none: 'no match',
  missing: 'missing or unusable in your account',
  denied: 'not allowed for sign-in here',
  ambiguous: 'more than one match',
  disagreement: 'they do not agree',
  otherAccount: 'belongs to another account',
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
