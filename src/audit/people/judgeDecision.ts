import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { SignInErrorCode } from '../../errors';
import { describeDecision } from '../../resolvers';
import type { SignInRun, SignInTrace } from '../../resolvers';
import type { AuditOutcome, PersonResult } from './PersonResult';

type Judgement = Pick<
  PersonResult,
  'outcome' | 'entityRef' | 'step' | 'code' | 'reason' | 'candidates'
>;

type Decision = Extract<SignInRun, { decision: unknown }>['decision'];
type Refusal = Extract<SignInTrace['decision'], { outcome: 'refused' }>;

const outcomeOfCode: Partial<Record<SignInErrorCode, AuditOutcome>> = {
  NO_MATCHING_USER: 'nobody',
  USER_REF_TAKEN: 'nobody',
  MULTIPLE_MATCHING_USERS: 'ambiguous',
  ATTRIBUTES_DISAGREE: 'ambiguous',
  ENTITY_OF_ANOTHER_ACCOUNT: 'ambiguous',
  EMAIL_DOMAIN_NOT_ALLOWED: 'denied',
  EMAIL_NOT_TRUSTED: 'denied',
  ATTRIBUTE_MISSING: 'missing',
  USER_INACTIVE: 'inactive',
  USER_IS_SERVICE_ACCOUNT: 'service',
};

/**
 * Sorts a refusal by its code. Anything that is no matter of the person is an error.
 *
 * @internal
 */
export function outcomeOf(code: SignInErrorCode): AuditOutcome {
  return outcomeOfCode[code] ?? 'error';
}

/**
 * Makes the line of a report of what the evaluator decided.
 *
 * @internal
 */
export function judgeDecision(decision: Decision): Judgement {
  if (decision.outcome === 'matched') {
    return {
      outcome: 'signsIn',
      entityRef: stringifyEntityRef(decision.entity),
      step: decision.record.step.matcher.name,
      candidates: [],
    };
  }
  // The words need no candidates, of which a broken catalog may have thousands.
  const records = decision.records.map(record => ({ ...record, attempts: [] }));
  const trace = describeDecision({ ...decision, records });
  if (decision.outcome === 'withoutUser') {
    return {
      outcome: 'signsIn',
      entityRef: decision.userEntityRef,
      step: decision.record.step.matcher.name,
      reason: 'is in no catalog; the config lets such people in',
      candidates: [],
    };
  }
  const { code, step } = trace.decision as Refusal;
  // A person whom only a rule keeps out is another case than one whom the catalog does not know.
  const onlyDenied =
    code === 'NO_MATCHING_USER' &&
    trace.steps.some(({ outcome }) => outcome === 'denied') &&
    trace.steps.every(({ outcome }) => outcome === 'denied' || outcome === 'missing');
  const outcome = onlyDenied ? 'denied' : outcomeOf(code);
  return {
    outcome,
    code,
    step,
    reason: reasonOf(trace),
    candidates: outcome === 'ambiguous' ? candidatesOf(decision) : [],
  };
}

function reasonOf({ steps }: SignInTrace): string {
  return steps
    .map(({ step, outcome, reason }) => `${step}: ${reason ?? wordOf[outcome] ?? outcome}`)
    .join('; ');
}

const wordOf: Record<string, string> = {
  none: 'nobody',
  ambiguous: 'several',
  disagreement: 'its attributes name different people',
  otherAccount: 'the entity belongs to another account',
};

/** Lists that many people share are made once. */
const refsOf = new WeakMap<readonly Entity[], readonly string[]>();

function candidatesOf({ records }: Decision): readonly string[] {
  const accepted = records
    .filter(({ outcome }) => outcome === 'ambiguous' || outcome === 'disagreement')
    .flatMap(({ attempts }) => attempts.map(attempt => attempt.accepted))
    .filter(entities => entities.length > 0)
    .map(entities => {
      const refs = refsOf.get(entities) ?? entities.map(entity => stringifyEntityRef(entity));
      refsOf.set(entities, refs);
      return refs;
    });
  return accepted.length === 1 ? accepted[0]! : [...new Set(accepted.flat())];
}
