import type { Entity } from '@backstage/catalog-model';
import type { SignInErrorCode } from '../../errors';
import type { UserLookupAnswer } from '../../lookup';
import { isNamespace } from '../matchers';
import type { MatchAttempt, MatchPlan, Matcher } from '../matchers';

/**
 * What a chain does after a step that did not sign the person in.
 *
 * @public
 */
export type PolicyAction = 'next' | 'stop';

/**
 * Per step of a chain.
 *
 * @public
 */
export interface StepPolicy {
  /** The subject lacks the attribute. Default `next`. */
  readonly onMissing?: PolicyAction;
  /** No verified entity. Default `next`. */
  readonly onNoMatch?: PolicyAction;
  /** Domain not allowed, or email not trusted. Default `next`. */
  readonly onDenied?: PolicyAction;
  /** Two or more verified entities, or attributes that disagree. Default `stop`. */
  readonly onAmbiguous?: PolicyAction;
}

/**
 * A matcher with its policy.
 *
 * @public
 */
export interface ChainStep extends StepPolicy {
  readonly matcher: Matcher;
  /**
   * Signs people in who have no `User` entity, when every step said none or missing.
   *
   * Dangerous: whoever can choose a free name in Bitbucket can then choose their name in Backstage.
   *
   * `true` = in namespace `default`. Default `false`.
   */
  readonly dangerouslyAllowSignInWithoutUserInCatalog?: boolean | { readonly namespace: string };
}

const policyKeys = ['onMissing', 'onNoMatch', 'onDenied', 'onAmbiguous'] as const;

/**
 * Checks a chain once, at start.
 *
 * @throws `Error` that names the step and what is wrong with it
 * @internal
 */
export function toChainSteps(match: readonly (Matcher | ChainStep)[]): readonly ChainStep[] {
  if (!Array.isArray(match) || match.length === 0) {
    throw new Error('"match" must be a list of at least one matcher');
  }
  return match.map((item: Matcher | ChainStep, index) => {
    const step = 'matcher' in item ? item : { matcher: item };
    const { matcher } = step;
    if (typeof matcher?.name !== 'string' || typeof matcher.match !== 'function') {
      throw new Error(`"match[${index}]" must be a matcher or { matcher, …policy }`);
    }
    for (const key of policyKeys) {
      const action: unknown = step[key];
      if (action !== undefined && action !== 'next' && action !== 'stop') {
        throw new Error(`"match[${index}].${key}" must be "next" or "stop", got ${String(action)}`);
      }
    }
    const fallback = step.dangerouslyAllowSignInWithoutUserInCatalog;
    if (typeof fallback === 'object' && !isNamespace(fallback.namespace)) {
      throw new Error(
        `"match[${index}]" allows sign-in in "${fallback.namespace}", which is no namespace`,
      );
    }
    return step;
  });
}

/**
 * How one step ended.
 *
 * @public
 */
export type StepOutcome =
  | 'matched'
  | 'none'
  | 'missing'
  | 'denied'
  | 'ambiguous'
  | 'disagreement'
  | 'unavailable'
  | 'failed';

/**
 * What a step did, as raw material: `describeDecision` makes the trace of it, so that a sign-in
 * that nobody looks at does not pay for the words.
 *
 * @internal
 */
export interface StepRecord {
  readonly step: ChainStep;
  /** Absent when the matcher threw. */
  readonly plan?: MatchPlan;
  readonly outcome: StepOutcome;
  readonly entity?: Entity;
  readonly attempts: readonly AttemptRecord[];
  /** What a matcher threw, or why the catalog could not be asked. */
  readonly cause?: unknown;
}

/** @internal */
export interface AttemptRecord {
  /** Whose attempt: the step's matcher, or a part of its agreement. */
  readonly matcher: Matcher;
  readonly attempt: MatchAttempt;
  readonly answer: UserLookupAnswer;
  /** What is left of the answer after the matcher's own check. */
  readonly accepted: readonly Entity[];
}

/**
 * The answer of a chain.
 *
 * @internal
 */
export type Decision =
  | {
      readonly outcome: 'matched';
      readonly entity: Entity;
      readonly record: StepRecord;
      readonly records: readonly StepRecord[];
    }
  | {
      /** `dangerouslyAllowSignInWithoutUserInCatalog`. */
      readonly outcome: 'withoutUser';
      readonly userEntityRef: string;
      readonly record: StepRecord;
      readonly records: readonly StepRecord[];
    }
  | {
      readonly outcome: 'refused';
      readonly code: SignInErrorCode;
      /** The step that decided; `undefined` when all were tried in vain. */
      readonly record?: StepRecord;
      readonly records: readonly StepRecord[];
      readonly cause?: unknown;
    };

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
