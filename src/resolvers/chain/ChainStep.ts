import type { Matcher } from '../matchers';
import type { StepPolicy } from './StepPolicy';

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
