import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  SignInErrorCode,
  SignInExplanation,
  SignInTrace,
  Subject,
  TracedCandidate,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';

/**
 * What the sign-in of a person would come to.
 *
 * - `signsIn`: as exactly one entity (or, where the config allows it, without one)
 * - `nobody`: no entity matches
 * - `ambiguous`: several match, or attributes disagree
 * - `denied`: the attribute that could match may not be used
 * - `missing`: the account lacks every attribute that is looked at
 * - `inactive`: deactivated or deleted; `service`: no account of a person
 * - `error`: the payload or a transform is broken
 *
 * @public
 */
export const auditOutcomes = [
  'signsIn',
  'nobody',
  'ambiguous',
  'denied',
  'missing',
  'error',
  'inactive',
  'service',
] as const;

/** @public */
export type AuditOutcome = (typeof auditOutcomes)[number];

/** @public */
export interface PersonResult {
  /** Bitbucket's user id; `undefined` when the payload is broken. */
  readonly id?: number;
  readonly username: string;
  readonly displayName: string;
  /** As matchers see it, after the profile transforms. */
  readonly email?: string;
  /** When the person last used Bitbucket, in milliseconds since the epoch. */
  readonly lastUsed?: number;
  readonly outcome: AuditOutcome;
  /** Who the person becomes. */
  readonly entityRef?: string;
  /** The step that decided. */
  readonly step?: string;
  /** Code of the refusal. */
  readonly code?: SignInErrorCode;
  /** Why not, in words. */
  readonly reason?: string;
  /** When ambiguous: the entities that match, at most 20 in a report. */
  readonly candidates: readonly string[];
  /** How many further entities match, beyond those. */
  readonly moreCandidates?: number;
  /** When nobody matches: entities that nearly do, with the reason. */
  readonly nearMisses: readonly string[];
}

/**
 * Whether a person is one who should be able to sign in: inactive and service accounts are not.
 *
 * @public
 */
export function isExpectedToSignIn({ outcome }: Pick<PersonResult, 'outcome'>): boolean {
  return outcome !== 'inactive' && outcome !== 'service';
}

/** @internal */
export interface AuditedPerson {
  readonly result: PersonResult;
  /** What matchers see; absent when no step would be tried. */
  readonly subject?: Subject;
}

const maxNearMisses = 3;

/**
 * Judges the sign-in of one payload of Bitbucket's list, up to the token.
 *
 * @param explain - runs the sign-in
 * @internal
 */
export async function auditPerson(
  payload: unknown,
  explain: (payload: unknown) => Promise<SignInExplanation>,
): Promise<AuditedPerson> {
  const facts = readFacts(payload);
  try {
    const { trace, subject, nearMisses } = await explain(payload);
    const judgement = judge(trace);
    const misses = judgement.outcome === 'nobody' ? nearMisses.slice(0, maxNearMisses) : [];
    const texts = misses.map(({ entityRef, reason }) => `${entityRef}: ${reason}`);
    return {
      result: { ...facts, email: subject?.email, ...judgement, nearMisses: texts },
      subject,
    };
  } catch (error) {
    // One broken account of thousands is a line of the report and not its end.
    const problem = isSignInError(error)
      ? { code: error.code, reason: error.detail }
      : { reason: String(error) };
    return {
      result: { ...facts, outcome: 'error', ...problem, candidates: [], nearMisses: [] },
    };
  }
}

function readFacts(payload: unknown) {
  const { id, name, displayName, lastAuthenticationTimestamp } = (payload ?? {}) as Record<
    string,
    unknown
  >;
  const username = typeof name === 'string' ? name : '';
  return {
    id: typeof id === 'number' ? id : undefined,
    username,
    displayName: typeof displayName === 'string' && displayName ? displayName : username,
    lastUsed:
      typeof lastAuthenticationTimestamp === 'number' ? lastAuthenticationTimestamp : undefined,
  };
}

type Judgement = Pick<
  PersonResult,
  'outcome' | 'entityRef' | 'step' | 'code' | 'reason' | 'candidates'
>;

/** A refusal with any other code is no matter of the person. */
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

function judge(trace: SignInTrace): Judgement {
  const { decision, steps } = trace;
  if (decision.outcome !== 'refused') {
    const { userEntityRef, step } = decision;
    const reason =
      decision.outcome === 'withoutUser'
        ? { reason: 'is in no catalog; the config lets such people in' }
        : {};
    return { outcome: 'signsIn', entityRef: userEntityRef, step, ...reason, candidates: [] };
  }
  const { code, step } = decision;
  // A person whom only a rule keeps out is another case than one whom the catalog does not know.
  const onlyDenied =
    code === 'NO_MATCHING_USER' &&
    steps.some(({ outcome }) => outcome === 'denied') &&
    steps.every(({ outcome }) => outcome === 'denied' || outcome === 'missing');
  const outcome = onlyDenied ? 'denied' : (outcomeOfCode[code] ?? 'error');
  return {
    outcome,
    code,
    step,
    reason: decision.reason ?? reasonOf(trace),
    candidates: outcome === 'ambiguous' ? candidatesOf(trace) : [],
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
const refsOf = new WeakMap<readonly TracedCandidate[], readonly string[]>();

function candidatesOf({ steps }: SignInTrace): readonly string[] {
  const accepted = steps
    .filter(({ outcome }) => outcome === 'ambiguous' || outcome === 'disagreement')
    .flatMap(({ lookups }) => lookups.map(({ candidates }) => toRefs(candidates)))
    .filter(refs => refs.length > 0);
  return accepted.length === 1 ? accepted[0]! : [...new Set(accepted.flat())];
}

function toRefs(candidates: readonly TracedCandidate[]): readonly string[] {
  const known = refsOf.get(candidates);
  if (known) return known;
  const refs = candidates
    .filter(({ rejectedBecause }) => rejectedBecause === undefined)
    .map(({ entityRef }) => entityRef);
  refsOf.set(candidates, refs);
  return refs;
}

/**
 * Those who used Bitbucket last come first: they are the ones who will be at the door tomorrow.
 * People of whom that is not known follow, those with a problem first.
 *
 * @internal
 */
export function sortPeople(people: readonly PersonResult[]): PersonResult[] {
  const compare = new Intl.Collator('en').compare;
  return [...people].sort(
    (a, b) =>
      (b.lastUsed ?? 0) - (a.lastUsed ?? 0) || rank(a) - rank(b) || compare(a.username, b.username),
  );
}

const problemsFirst = [...auditOutcomes.filter(outcome => outcome !== 'signsIn'), 'signsIn'];

function rank({ outcome }: PersonResult): number {
  if (outcome === 'inactive' || outcome === 'service') return problemsFirst.length;
  return problemsFirst.indexOf(outcome);
}
