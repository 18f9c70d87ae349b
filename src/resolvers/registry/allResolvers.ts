import { agreementEntry } from './agreementEntry';
import type { ResolverEntry } from './resolverEntry';
import { resolverRegistry } from './resolverRegistry';
import type { SimpleResolverName } from './resolverRegistry';

/**
 * Name of a resolver in `signIn.resolvers`.
 *
 * @public
 */
export type BitbucketServerResolverName = SimpleResolverName | 'agreement';

/**
 * Everything that `signIn.resolvers` of a config can name.
 *
 * @internal
 */
export const allResolvers: Readonly<Record<BitbucketServerResolverName, ResolverEntry>> = {
  ...resolverRegistry,
  agreement: agreementEntry,
};
