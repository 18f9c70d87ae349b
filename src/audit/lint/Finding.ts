/**
 * Something in Bitbucket or the catalog that an administrator should look at.
 *
 * - `danger`: somebody may become somebody else
 * - `warning`: somebody is or may be locked out, or the data is wrong
 * - `info`: worth knowing
 *
 * @internal
 */
export interface Finding {
  readonly rule: FindingRule;
  readonly severity: 'danger' | 'warning' | 'info';
  /** In words, without the list of those whom it concerns. */
  readonly text: string;
  /** Entity refs, and Bitbucket users as `bitbucket:<username>`. */
  readonly concerns: readonly string[];
}

/** @internal */
export type FindingRule =
  | 'sharedEntity'
  | 'duplicateEmail'
  | 'duplicateAnnotation'
  | 'caseTwin'
  | 'unicodeTwin'
  | 'plusTagTwin'
  | 'groupEmail'
  | 'unreachedEntity';
