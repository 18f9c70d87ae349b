import { createSignInResolverFactory } from '@backstage/plugin-auth-node';
import type { SignInResolverFactory } from '@backstage/plugin-auth-node';
import type { z } from 'zod/v3';
import { createSignInResolver } from '../signIn';
import type { CreateSignInResolverOptions } from '../signIn';
import { allResolvers } from './entries';
import type { BitbucketServerResolverName, ResolverEntry, ResolverEnvironment } from './entries';
import { createChainStep } from './readSignInChain';

/** @public */
export type CreateBitbucketServerSignInResolversOptions = Omit<
  CreateSignInResolverOptions,
  'match'
> & {
  /** Host name of the Bitbucket Server, for defaults of annotations. Default: none, so that `annotation` is required. */
  readonly host?: string;
};

/** @public */
export type BitbucketServerSignInResolvers = Record<
  BitbucketServerResolverName,
  SignInResolverFactory
>;

/**
 * The named resolvers as factories for Backstage's own `createOAuthProviderFactory`, with what they
 * shall share.
 *
 * Each is a chain of one step: no match, a missing attribute and a denied one are a
 * `NotFoundError`, after which Backstage's reader tries the next; several matches are a
 * `ConflictError` and a catalog that is down a `ServiceUnavailableError`, which end the sign-in.
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
  options: CreateBitbucketServerSignInResolversOptions = {},
): BitbucketServerSignInResolvers {
  const { host, ...shared } = options;
  const entries = Object.entries(allResolvers).map(([name, entry]) => [
    name,
    createFactory(name, entry, shared, { host }),
  ]);
  return Object.fromEntries(entries) as BitbucketServerSignInResolvers;
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
  shared: Omit<CreateSignInResolverOptions, 'match'>,
  env: ResolverEnvironment,
): SignInResolverFactory {
  const keys = Object.keys(entry.optionsSchema.shape).join(', ');
  const optionsSchema = entry.optionsSchema.strict(`unknown option; valid options are: ${keys}`);
  return createSignInResolverFactory({
    // Optional, because Backstage's reader passes nothing when the config gives no options.
    optionsSchema: optionsSchema.optional() as z.ZodType<Record<string, unknown> | undefined>,
    create(parsed = {}) {
      return createSignInResolver({
        ...shared,
        match: [createChainStep(name, entry, parsed, env)],
      });
    },
  });
}
