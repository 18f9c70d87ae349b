import type { ChainStep } from '../chain';
import { isNamespace } from '../matchers';
import type { Matcher } from '../matchers';

const policyKeys = ['onMissing', 'onNoMatch', 'onDenied', 'onAmbiguous'] as const;

/**
 * Checks a chain once, at start.
 *
 * @throws `Error` that names the step and what is wrong with it
 * @internal
 */
export function toChainSteps(match: readonly (Matcher | ChainStep)[]): readonly ChainStep[] {
  if (!Array.isArray(match) || match.length === 0) {
    throw new Error('"match" must be a list of at least one matcher');
  }
  return match.map((item: Matcher | ChainStep, index) => {
    const step = 'matcher' in item ? item : { matcher: item };
    const { matcher } = step;
    if (typeof matcher?.name !== 'string' || typeof matcher.match !== 'function') {
      throw new Error(`"match[${index}]" must be a matcher or { matcher, …policy }`);
    }
    for (const key of policyKeys) {
      const action: unknown = step[key];
      if (action !== undefined && action !== 'next' && action !== 'stop') {
        throw new Error(`"match[${index}].${key}" must be "next" or "stop", got ${String(action)}`);
      }
    }
    const fallback = step.dangerouslyAllowSignInWithoutUserInCatalog;
    if (typeof fallback === 'object' && !isNamespace(fallback.namespace)) {
      throw new Error(
        `"match[${index}]" allows sign-in in "${fallback.namespace}", which is no namespace`,
      );
    }
    return step;
  });
}
