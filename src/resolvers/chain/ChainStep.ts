import type { Entity } from '@backstage/catalog-model';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../../config';
import type { SignInErrorCode } from '../../errors';
import type { UserLookupAnswer } from '../../lookup';
import { isNamespace } from '../matchers';
import type { MatchAttempt, MatchPlan, Matcher } from '../matchers';

const action = z.enum(['next', 'stop']).optional();

export const policyShape = {
  onMissing: action.describe('What to do if the account lacks the attribute. Default: next.'),
  onNoMatch: action.describe('What to do if no entity matches. Default: next.'),
  onDenied: action.describe(
    'What to do if the attribute is present but not allowed. Default: next.',
  ),
  onAmbiguous: action.describe(
    'What to do if several entities match, or attributes disagree. Default: stop.',
  ),
} as const;

/**
 * A matcher with its policy.
 *
 * @public
 */
export interface ChainStep {
  readonly matcher: Matcher;
  /** The subject lacks the attribute. Default `next`. */
  readonly onMissing?: 'next' | 'stop';
  /** No verified entity. Default `next`. */
  readonly onNoMatch?: 'next' | 'stop';
  /** Domain not allowed, or email not trusted. Default `next`. */
  readonly onDenied?: 'next' | 'stop';
  /** Two or more verified entities, or attributes that disagree. Default `stop`. */
  readonly onAmbiguous?: 'next' | 'stop';
  /**
   * Signs people in who have no `User` entity, when every step said none or missing. Never under a
   * name that a `User` or `Group` has, or that owns anything.
   *
   * Dangerous: whoever can choose a free name in Bitbucket can then choose their name in Backstage.
   *
   * `true` = in namespace `default`. Default `false`.
   */
  readonly dangerouslyAllowSignInWithoutUserInCatalog?: boolean | { readonly namespace: string };
}

export const withoutUserShape = {
  dangerouslyAllowSignInWithoutUserInCatalog: z
    .union([
      z.boolean(),
      strictObject({ namespace: z.string().refine(isNamespace, 'it is not a namespace') }),
    ])
    .optional()
    .describe(
      'Signs in people without a User entity, if no resolver found anybody. Dangerous: somebody who can choose their name in Bitbucket gets any name that is free in the catalog.',
    ),
} as const;

/** Made once: an audit checks a chain hundreds of thousands of times. */
const stepSchema = strictObject({ matcher: z.unknown(), ...policyShape, ...withoutUserShape });

/** Checks a chain once, at start. Throws an `Error` that names the step and what is wrong with it. */
export function toChainSteps(match: readonly (Matcher | ChainStep)[]): readonly ChainStep[] {
  if (!Array.isArray(match) || match.length === 0) {
    throw new Error('"match" must be a list of at least one matcher');
  }
  return match.map((item: Matcher | ChainStep, index) => {
    const where = `match[${index}]`;
    const isStep = typeof item === 'object' && item !== null && 'matcher' in item;
    const step: ChainStep = isStep ? item : { matcher: item };
    const { matcher } = step;
    if (typeof matcher?.name !== 'string' || typeof matcher.match !== 'function') {
      throw new Error(`"${where}" must be a matcher or { matcher, …policy }`);
    }
    const misplaced = Object.keys(stepSchema.shape).find(
      key => key !== 'matcher' && key in matcher,
    );
    if (misplaced) {
      throw new Error(`"${where}" must be { matcher, ${misplaced} }: a matcher has no policy`);
    }
    parseOptions(stepSchema, step, where);
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
  /** The entity that matches names another account of Bitbucket. */
  | 'otherAccount'
  | 'unavailable'
  | 'failed';

/**
 * The record of a step. `describeDecision` turns it into a trace only when somebody reads it, so
 * that a sign-in does not pay for the texts.
 */
export interface StepRecord {
  readonly step: ChainStep;
  /** Absent when the matcher threw. */
  readonly plan?: MatchPlan;
  readonly outcome: StepOutcome;
  readonly entity?: Entity;
  readonly attempts: readonly AttemptRecord[];
  /** What a matcher threw, or why the catalog is unavailable. */
  readonly cause?: unknown;
}

export interface AttemptRecord {
  /** Whose attempt: the step's matcher, or a part of its agreement. */
  readonly matcher: Matcher;
  readonly attempt: MatchAttempt;
  readonly answer: UserLookupAnswer;
  /** The entities that passed all checks. */
  readonly accepted: readonly Entity[];
  readonly rejected: readonly { readonly entityRef: string; readonly reason: string }[];
}

/** The decision of a chain. */
export type Decision = { readonly records: readonly StepRecord[] } & (
  | { readonly outcome: 'matched'; readonly entity: Entity; readonly record: StepRecord }
  | {
      /** `dangerouslyAllowSignInWithoutUserInCatalog`. */
      readonly outcome: 'withoutUser';
      readonly userEntityRef: string;
      readonly record: StepRecord;
    }
  | {
      readonly outcome: 'refused';
      readonly code: SignInErrorCode;
      /** The step that decided; `undefined` when no step matched. */
      readonly record?: StepRecord;
      readonly cause?: unknown;
    }
);

/**
 * What the chain does after the outcome of a step. An outcome without a policy stops the chain, so it
 * fails closed when the catalog is unavailable.
 */
export function policyAction(step: ChainStep, outcome: StepOutcome): 'next' | 'stop' {
  switch (outcome) {
    case 'missing':
      return step.onMissing ?? 'next';
    case 'none':
      return step.onNoMatch ?? 'next';
    case 'denied':
      return step.onDenied ?? 'next';
    case 'ambiguous':
    case 'disagreement':
      return step.onAmbiguous ?? 'stop';
    default:
      return 'stop';
  }
}

type Refusing = Exclude<StepOutcome, 'matched'>;

/** The code of the refusal when a chain stops at a step. */
export function refusalCode(outcome: Refusing, plan: MatchPlan | undefined): SignInErrorCode {
  if (outcome === 'denied') return deniedCode(plan) ?? 'EMAIL_NOT_TRUSTED';
  return codes[outcome];
}

const codes: Record<Exclude<Refusing, 'denied'>, SignInErrorCode> = {
  none: 'NO_MATCHING_USER',
  missing: 'ATTRIBUTE_MISSING',
  ambiguous: 'MULTIPLE_MATCHING_USERS',
  disagreement: 'ATTRIBUTES_DISAGREE',
  otherAccount: 'ENTITY_OF_ANOTHER_ACCOUNT',
  unavailable: 'CATALOG_UNAVAILABLE',
  failed: 'MATCHER_FAILED',
};

function deniedCode(plan: MatchPlan | undefined): SignInErrorCode | undefined {
  if (plan?.type === 'denied') return plan.code;
  if (plan?.type !== 'agreement') return undefined;
  return plan.parts.map(part => deniedCode(part.plan)).find(Boolean);
}
