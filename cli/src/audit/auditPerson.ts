import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  SignInErrorCode,
  SignInExplanation,
  SignInTrace,
  Subject,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { AuditOutcome, PersonResult } from './personResult';

/** @internal */
export interface AuditedPerson {
  readonly result: PersonResult;
  /** What matchers see; absent when no step would be tried. */
  readonly subject?: Subject;
  /** The candidates of the step that was refused because one of them names another account. */
  readonly refused?: readonly string[];
}

/** @internal */
export interface AuditPersonOptions {
  /** Runs the sign-in. */
  readonly explain: (payload: unknown) => Promise<SignInExplanation>;
  /** Runs the chain of the sign-in for other facts. */
  readonly trace: (subject: Subject) => Promise<SignInTrace>;
  /** Whether it is known what the sign-in learns about the directory of this person. */
  readonly isDirectoryKnown: (subject: Subject) => boolean;
  /** Refs of entities that exist twice, see `createEntityCollector`. */
  readonly contested: ReadonlySet<string>;
}

const maxNearMisses = 3;

/**
 * Decides the sign-in of one user of Bitbucket's list, up to the token.
 *
 * @internal
 */
export async function auditPerson(
  payload: unknown,
  options: AuditPersonOptions,
): Promise<AuditedPerson> {
  const facts = readFacts(payload);
  try {
    const { trace, subject, nearMisses } = await options.explain(payload);
    const judgement = (subject && (await doubt(trace, subject, options))) ?? judge(trace);
    const misses = judgement.outcome === 'nobody' ? nearMisses.slice(0, maxNearMisses) : [];
    const texts = misses.map(({ entityRef, reason }) => `${entityRef}: ${reason}`);
    const reliesOnEmail = subject && (await readReliance(payload, trace, subject, options));
    const { id, username, displayName, lastUsed } = facts;
    const { outcome, entityRef, step, code, reason, candidates } = judgement;
    return {
      // Named one by one: V8 makes a hash table of a long object that is spread together, of 50,000.
      result: {
        id,
        username,
        displayName,
        lastUsed,
        email: subject?.email,
        outcome,
        entityRef,
        code,
        step,
        reason,
        candidates,
        nearMisses: texts,
        reliesOnEmail,
      },
      subject,
      refused: judgement.code === 'ENTITY_OF_ANOTHER_ACCOUNT' ? lastCandidates(trace) : undefined,
    };
  } catch (error) {
    // One broken account of thousands must not end the audit.
    const problem = isSignInError(error)
      ? { code: error.code, reason: error.detail }
      : { reason: String(error) };
    return {
      result: { ...facts, outcome: 'error', ...problem, candidates: [], nearMisses: [] },
    };
  }
}

/** @returns the outcome `unknown` when the sign-in may decide otherwise; `undefined` when it cannot */
async function doubt(
  trace: SignInTrace,
  subject: Subject,
  { trace: run, isDirectoryKnown, contested }: AuditPersonOptions,
): Promise<Judgement | undefined> {
  const traces = [trace];
  const reasons: string[] = [];
  if (!isDirectoryKnown(subject)) {
    // The sign-in may learn that the directory is read-only, which may change its decision.
    const trusted = await run({ ...subject, directory: { readOnly: true } });
    if (JSON.stringify(trusted.decision) !== JSON.stringify(trace.decision)) {
      traces.push(trusted);
      const [one, other] = traces.map(({ decision }) => inWords(decision));
      reasons.push(
        `the directory of the account is not known: ${other} if people cannot edit their email there, else ${one}`,
      );
    }
  }
  const unsure =
    contested.size === 0
      ? []
      : traces.flatMap(({ steps }) => steps.flatMap(refsOfStep)).filter(ref => contested.has(ref));
  if (unsure.length > 0) {
    reasons.push(
      `${[...new Set(unsure)].join(', ')} is defined twice, and it is not known which one the catalog keeps`,
    );
  }
  if (reasons.length === 0) return undefined;
  const refs = traces.flatMap(({ decision }) =>
    decision.outcome === 'refused' ? [] : decision.userEntityRef,
  );
  return {
    outcome: 'unknown',
    reason: reasons.join('; '),
    candidates: [...new Set([...refs, ...unsure])],
  };
}

function inWords(decision: SignInTrace['decision']): string {
  return decision.outcome === 'refused'
    ? `refused with ${decision.code}`
    : `signs in as ${decision.userEntityRef}`;
}

function refsOfStep({ lookups }: SignInTrace['steps'][number]): readonly string[] {
  return lookups.flatMap(({ candidates }) => candidates.map(({ entityRef }) => entityRef));
}

function lastCandidates({ steps }: SignInTrace): readonly string[] {
  const last = steps.at(-1);
  return last ? refsOfStep(last) : [];
}

/** Whether a person signs in as this entity only because of the email, and whether they can edit that. */
async function readReliance(
  payload: unknown,
  { decision }: SignInTrace,
  subject: Subject,
  { trace: run }: AuditPersonOptions,
): Promise<PersonResult['reliesOnEmail']> {
  if (decision.outcome === 'refused' || subject.emailOrigin !== 'payload') return undefined;
  const without = await run({ ...subject, email: undefined, emailOrigin: undefined });
  const isSame =
    without.decision.outcome !== 'refused' &&
    without.decision.userEntityRef === decision.userEntityRef;
  if (isSame) return undefined;
  const { mutableDetails } = payload as { mutableDetails?: unknown };
  if (typeof mutableDetails !== 'boolean') return 'unknown';
  return mutableDetails ? 'editable' : 'readOnly';
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

/** Any other code is an error that has nothing to do with the person. */
const outcomeOfCode: Partial<Record<SignInErrorCode, AuditOutcome>> = {
  NO_MATCHING_USER: 'nobody',
  USER_REF_TAKEN: 'nobody',
  MULTIPLE_MATCHING_USERS: 'ambiguous',
  ATTRIBUTES_DISAGREE: 'ambiguous',
  ENTITY_OF_ANOTHER_ACCOUNT: 'denied',
  EMAIL_DOMAIN_NOT_ALLOWED: 'denied',
  EMAIL_NOT_TRUSTED: 'denied',
  ATTRIBUTE_MISSING: 'missing',
  USER_INACTIVE: 'inactive',
  USER_IS_SERVICE_ACCOUNT: 'service',
};

function judge(trace: SignInTrace): Judgement {
  const { decision, steps } = trace;
  if (decision.outcome !== 'refused') {
    const { userEntityRef: entityRef, step } = decision;
    if (decision.outcome === 'matched') {
      return { outcome: 'signsIn', entityRef, step, candidates: [] };
    }
    const reason = 'not in the catalog, but the config allows that';
    return { outcome: 'withoutEntity', entityRef, step, reason, candidates: [] };
  }
  const { code, step } = decision;
  // A person who is kept out by a rule only is not one whom the catalog does not know.
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
  none: 'no match',
  ambiguous: 'several matches',
  disagreement: 'the attributes match different people',
  otherAccount: 'the entity belongs to another account',
};

function candidatesOf({ steps }: SignInTrace): readonly string[] {
  const accepted = steps
    .filter(({ outcome }) => outcome === 'ambiguous' || outcome === 'disagreement')
    .flatMap(({ lookups }) => lookups.flatMap(({ candidates }) => candidates))
    .filter(({ rejectedBecause }) => rejectedBecause === undefined);
  return [...new Set(accepted.map(({ entityRef }) => entityRef))];
}
