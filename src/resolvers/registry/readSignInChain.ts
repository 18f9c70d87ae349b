import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import { createConfigError, readNamedList, readSection } from '../../config';
import { isSignInError } from '../../errors';
import type { ChainStep } from '../chain';
import { allResolvers } from './allResolvers';
import { createChainStep } from './createChainStep';
import type { ResolverEnvironment } from './resolverEntry';

/** @internal */
export interface SignInChain {
  readonly steps: readonly ChainStep[];
  /** Names of the resolvers, in order. */
  readonly names: readonly string[];
  /** What the administrator should know. */
  readonly warnings: readonly string[];
}

/**
 * `signIn` of one environment, without what is said of each resolver.
 *
 * @internal
 */
export const signInSchema = z
  .object({ resolvers: z.array(z.unknown()).describe('Resolvers that are tried in order.') })
  .strict()
  .describe('How an authenticated person becomes a User entity.');

/**
 * Reads `signIn.resolvers` as ONE chain, where upstream's reader makes a loop of it: so the final
 * error can say what every step did, and the steps can be asked in parallel.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @returns `undefined` when no resolver is configured
 * @throws {@link SignInError} `CONFIG_INVALID`
 * @internal
 */
export function readSignInChain(
  config: Config,
  path: string,
  env: ResolverEnvironment,
): SignInChain | undefined {
  readSection(config, 'signIn', signInSchema, path);
  const items = readNamedList({
    config,
    key: 'signIn.resolvers',
    path,
    nameKey: 'resolver',
    registry: allResolvers,
  });
  if (!items || items.length === 0) return undefined;

  const steps = items.map(({ name, options, path: itemPath }) => {
    try {
      return createChainStep(name, allResolvers[name], options, env);
    } catch (error) {
      const problem = isSignInError(error) ? error.detail : (error as Error).message;
      throw createConfigError(itemPath, `(${name}) ${problem}`);
    }
  });
  const warnings = items.flatMap(({ name, options }) =>
    [...allResolvers[name].warnings(options), ...fallbackWarnings(options)].map(
      warning => `${name}: ${warning}`,
    ),
  );
  return { steps, names: items.map(({ name }) => name), warnings: [...new Set(warnings)] };
}

function fallbackWarnings(options: Record<string, unknown>): string[] {
  return options.dangerouslyAllowSignInWithoutUserInCatalog
    ? ['dangerouslyAllowSignInWithoutUserInCatalog signs in people who are in no catalog']
    : [];
}
