import type { SignInErrorCode } from 'backstage-plugin-auth-backend-module-bitbucket-server';

/**
 * The possible outcomes of a person's sign-in.
 *
 * - `signsIn`: as exactly one entity, which is their own as far as the data shows
 * - `somebodyElse`: as an entity that another attribute says is somebody else
 * - `shared`: as an entity that other people become too
 * - `withoutEntity`: without a `User` entity, because the config allows it
 * - `unknown`: it depends on what could not be read, see `reason`
 * - `nobody`: no entity matches
 * - `ambiguous`: several match, or attributes disagree
 * - `denied`: a rule keeps the person out: the attribute that could match may not be used, or the
 *   entity names another account
 * - `missing`: the account lacks every attribute that is looked at
 * - `error`: the payload or a transform is broken
 * - `unused`: not seen recently, `unlicensed`: without a licence; only if the audit leaves these out
 * - `inactive`: deactivated or deleted; `service`: not the account of a person
 *
 * @public
 */
export const auditOutcomes = [
  'signsIn',
  'somebodyElse',
  'shared',
  'withoutEntity',
  'unknown',
  'nobody',
  'ambiguous',
  'denied',
  'missing',
  'error',
  'unused',
  'unlicensed',
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
  /** The entities that match when the outcome is ambiguous, at most 20 in a report. */
  readonly candidates: readonly string[];
  /** How many further entities match, beyond those. */
  readonly moreCandidates?: number;
  /** Entities that nearly match when none does, each with the reason. */
  readonly nearMisses: readonly string[];
  /**
   * Set when the person would not sign in as this entity without the email from Bitbucket: whether they
   * can edit it there.
   */
  readonly reliesOnEmail?: 'editable' | 'readOnly' | 'unknown';
}

const leftOut: readonly AuditOutcome[] = ['unused', 'unlicensed', 'inactive', 'service'];

/**
 * Whether a person is one who should be able to sign in: inactive and service accounts are not, nor
 * those whom the options of the audit leave out.
 *
 * @public
 */
export function isExpectedToSignIn({ outcome }: Pick<PersonResult, 'outcome'>): boolean {
  return !leftOut.includes(outcome);
}

/**
 * Sorts people by their last use of Bitbucket, the most recent first, because they will sign in first.
 * People whose last use is not known follow, those with a problem first.
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
  if (leftOut.includes(outcome)) return problemsFirst.length;
  return problemsFirst.indexOf(outcome);
}
