import type { ChainStep } from '../chain';
import type { ResolverEntry, ResolverEnvironment } from './resolverEntry';

/**
 * Makes a step of the parsed options of a named resolver. The step is called as the resolver is.
 *
 * @throws `Error` for options that cannot be
 * @internal
 */
export function createChainStep(
  name: string,
  entry: ResolverEntry,
  options: Record<string, unknown>,
  env: ResolverEnvironment,
): ChainStep {
  const { onMissing, onNoMatch, onDenied, onAmbiguous, ...rest } = options as Omit<
    ChainStep,
    'matcher'
  > &
    Record<string, unknown>;
  const { dangerouslyAllowSignInWithoutUserInCatalog, ...matcherOptions } = rest;
  const matcher = entry.createMatcher(matcherOptions, env);
  return {
    matcher: { ...matcher, name },
    onMissing,
    onNoMatch,
    onDenied,
    onAmbiguous,
    dangerouslyAllowSignInWithoutUserInCatalog,
  };
}
