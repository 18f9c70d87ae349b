import type { SignInErrorCode } from '../../errors';

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
 * @internal
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

/** @internal */
export type AuditOutcome = (typeof auditOutcomes)[number];

/** @internal */
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
 * @internal
 */
export function isExpectedToSignIn({ outcome }: Pick<PersonResult, 'outcome'>): boolean {
  return outcome !== 'inactive' && outcome !== 'service';
}
