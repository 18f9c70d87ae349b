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
