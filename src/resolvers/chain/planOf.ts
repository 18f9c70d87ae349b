import type { Subject } from '../../profile';
import type { MatchPlan } from '../matchers';
import type { ChainStep } from './ChainStep';

/** @internal */
export type Plan = MatchPlan | { readonly failed: unknown };

/**
 * Asks a matcher for its plan. Never throws: matchers are other people's code too, and not all of it
 * is type checked.
 *
 * @internal
 */
export function planOf({ matcher }: ChainStep, subject: Subject): Plan {
  try {
    const plan: unknown = matcher.match(subject);
    return typeof plan === 'object' && plan !== null && 'type' in plan
      ? (plan as MatchPlan)
      : { failed: new TypeError('the matcher returned no plan') };
  } catch (error) {
    return { failed: error };
  }
}
