import type { Entity } from '@backstage/catalog-model';

/**
 * Where something is written, for tools that show a finding at its line.
 *
 * @public
 */
export interface FindingSource {
  /** Path of the file, as it was read. */
  readonly file: string;
  /** The first line is 1. Absent where only the file is known, as in a list of a JSON file. */
  readonly line?: number;
}

/**
 * A `User` or `Group` entity, with the place where it is written when it was read from a file.
 *
 * @public
 */
export type SourcedEntity = Entity & {
  readonly source?: FindingSource;
  /** Whether the catalog may not have it, because it rejects another one with this ref. */
  readonly isUncertain?: boolean;
};

/**
 * Something in Bitbucket or the catalog that an administrator should look at.
 *
 * - `danger`: somebody may become somebody else
 * - `warning`: somebody is or may be locked out, or the data is wrong
 * - `info`: worth knowing
 *
 * @public
 */
export interface Finding {
  readonly rule: FindingRule;
  readonly severity: FindingSeverity;
  /** In words, without the list of those whom it concerns. */
  readonly text: string;
  /** Entity refs, and Bitbucket users as `bitbucket:<username>`. */
  readonly concerns: readonly string[];
  /** Where the entity that it is about is written; only of entities that were read from files. */
  readonly source?: FindingSource;
  /** Set when somebody has accepted it in a baseline. */
  readonly accepted?: { readonly reason: string; readonly date: string };
}

/** @public */
export type FindingSeverity = 'danger' | 'warning' | 'info';

/**
 * What a finding is about; docs/audit.md explains each.
 *
 * @public
 */
export type FindingRule =
  | 'becomesSomebodyElse'
  | 'sharedEntity'
  | 'reusedEmail'
  | 'duplicateAccount'
  | 'unicodeTwin'
  | 'rejectedEntity'
  | 'duplicateEntity'
  | 'incompleteList'
  | 'guardedEntity'
  | 'unconfirmedMatch'
  | 'duplicateEmail'
  | 'duplicateAnnotation'
  | 'caseTwin'
  | 'plusTagTwin'
  | 'groupEmail'
  | 'unreachedEntity';

/** Every rule, for lists that people write. */
const rules: Readonly<Record<FindingRule, true>> = {
  becomesSomebodyElse: true,
  sharedEntity: true,
  reusedEmail: true,
  duplicateAccount: true,
  unicodeTwin: true,
  rejectedEntity: true,
  duplicateEntity: true,
  incompleteList: true,
  guardedEntity: true,
  unconfirmedMatch: true,
  duplicateEmail: true,
  duplicateAnnotation: true,
  caseTwin: true,
  plusTagTwin: true,
  groupEmail: true,
  unreachedEntity: true,
};

/** @internal */
export const findingRules = Object.keys(rules) as FindingRule[];

const severities: readonly FindingSeverity[] = ['danger', 'warning', 'info'];

/**
 * Sorts by severity, dangers first, and then `becomesSomebodyElse` before other rules.
 *
 * @internal
 */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity, rule }: Finding) =>
    2 * severities.indexOf(severity) + (rule === 'becomesSomebodyElse' ? 0 : 1);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
