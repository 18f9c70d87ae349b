import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import { createConfigError, readNamedList, readSection, strictObject } from '../../config';
import { isSignInError } from '../../errors';
import { policyShape, withoutUserShape } from '../chain';
import type { ChainStep } from '../chain';
import { allResolvers } from './entries';
import type { ResolverEntry } from './entries';
import { describeWeakestLink } from './weakestLink';

/** `signIn` of one environment, without the options of the resolvers. */
export const signInSchema = strictObject({
  resolvers: z
    .array(z.unknown())
    .describe(
      'The chain of resolvers that turns an account into a `User` entity. Without `signIn`, or with an empty list, the provider gives access tokens only, and nobody can sign in with it.',
    ),
}).describe('How an authenticated person becomes a User entity.');

/**
 * Reads `signIn.resolvers` as one chain. Backstage's own reader would try separate resolvers in a
 * loop; in a chain, the error says what every step did, and steps query the catalog in parallel.
 *
 * @param path - of `config`, for errors: `auth.providers.bitbucketServer.<env>`
 * @returns the steps, the weakest step and what it relies on, warnings for the log
 * @throws {@link SignInError} `CONFIG_INVALID`
 */
export function readSignInChain(
  config: Config,
  path: string,
  { host }: { readonly host?: string },
) {
  readSection(config, 'signIn', signInSchema, path);
  const items = readNamedList({
    config,
    key: 'signIn.resolvers',
    path,
    nameKey: 'resolver',
    registry: allResolvers,
  });
  const steps = items.map(({ name, options, path: itemPath }) => {
    try {
      return createChainStep(name, allResolvers[name], options, host);
    } catch (error) {
      const problem = isSignInError(error) ? error.detail : (error as Error).message;
      throw createConfigError(itemPath, `(${name}) ${problem}`);
    }
  });
  const warnings = items.flatMap(({ name, options }) => {
    const all = [...allResolvers[name].warnings(options)];
    if (options.dangerouslyAllowSignInWithoutUserInCatalog) all.push(fallbackWarning);
    return all.map(warning => `${name}: ${warning}`);
  });
  return {
    steps,
    weakestLink: describeWeakestLink(items),
    warnings: [...new Set(warnings)],
  };
}

const fallbackWarning =
  'dangerouslyAllowSignInWithoutUserInCatalog signs in people who are not in the catalog';

/** Makes a step, with the name of its resolver, from parsed options. Throws when they are not valid. */
export function createChainStep(
  name: string,
  entry: ResolverEntry,
  options: Record<string, unknown>,
  host: string | undefined,
): ChainStep {
  const pick = (isPolicy: boolean) =>
    Object.fromEntries(Object.entries(options).filter(([key]) => key in policy === isPolicy));
  const matcher = entry.createMatcher(pick(false), host);
  return { ...pick(true), matcher: { ...matcher, name } };
}

const policy = { ...policyShape, ...withoutUserShape };
