import { createSignInResolverFactory } from '@backstage/plugin-auth-node';
import type { SignInResolverFactory } from '@backstage/plugin-auth-node';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../../config';
import { createSignInResolver, optionsSchema } from '../signIn';
import type { SignInResolverOptions } from '../signIn';
import { allResolvers } from './entries';
import type { BitbucketServerResolverName, ResolverEntry } from './entries';
import { createChainStep } from './readSignInChain';

/**
 * The named resolvers as factories for Backstage's own `createOAuthProviderFactory`. They share the
 * given options, which are those of {@link createSignInResolver} without `match`.
 *
 * Each is a chain of one step. When its policy says `next`, it throws a `NotFoundError`, and
 * Backstage's reader tries the next resolver. When it says `stop`, or the catalog is down, it throws an
 * error of another name, which ends the sign-in.
 *
 * @throws `InputError` (from the factories) for wrong options
 * @example
 * ```ts
 * createOAuthProviderFactory({
 *   authenticator: bitbucketServerAuthenticator,
 *   signInResolverFactories: createBitbucketServerSignInResolvers({ lookup, logger }),
 * });
 * ```
 * @public
 */
export function createBitbucketServerSignInResolvers(
  options: Omit<SignInResolverOptions, 'match'> & {
    /**
     * Host name of the Bitbucket Server, for defaults of annotations. Default: none, so that
     * `annotation` is required.
     */
    readonly host?: string;
  } = {},
): Record<BitbucketServerResolverName, SignInResolverFactory> {
  const { match: _match, ...shape } = optionsSchema.shape;
  const schema = strictObject({ ...shape, host: z.string().min(1).optional() });
  parseOptions(schema, options, 'createBitbucketServerSignInResolvers');
  const { host, ...rest } = options;
  const accountIdAnnotation = options.accountIdAnnotation ?? (host && `${host}/user-id`);
  const shared = { ...rest, accountIdAnnotation };
  const entries = Object.entries(allResolvers).map(([name, entry]) => [
    name,
    createFactory(name, entry, shared, host),
  ]);
  return Object.fromEntries(entries) as Record<BitbucketServerResolverName, SignInResolverFactory>;
}

/**
 * The named resolvers as factories, asking the catalog through the context of the sign-in.
 *
 * @see {@link createBitbucketServerSignInResolvers} for cached lookups and a log
 * @public
 */
export const bitbucketServerSignInResolvers = createBitbucketServerSignInResolvers();

function createFactory(
  name: string,
  entry: ResolverEntry,
  shared: Omit<SignInResolverOptions, 'match'>,
  host: string | undefined,
): SignInResolverFactory {
  return createSignInResolverFactory({
    // Optional, because Backstage's reader passes nothing when the config gives no options.
    optionsSchema: entry.optionsSchema.optional() as z.ZodType<Record<string, unknown> | undefined>,
    create(parsed = {}) {
      return createSignInResolver({
        ...shared,
        match: [createChainStep(name, entry, parsed, host)],
      });
    },
  });
}
