import { agreementEntry } from './agreementEntry';
import { resolverRegistry } from './resolverRegistry';

/**
 * Everything that `signIn.resolvers` of a config can name.
 *
 * @internal
 */
export const allResolvers = { ...resolverRegistry, agreement: agreementEntry } as const;

/**
 * Name of a resolver in `signIn.resolvers`.
 *
 * @public
 */
export type BitbucketServerResolverName = keyof typeof allResolvers;
