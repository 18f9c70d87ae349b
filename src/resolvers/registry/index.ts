export { allResolvers, resolverRegistry } from './entries';
export type { BitbucketServerResolverName } from './entries';
export { bitbucketServerSignInResolvers, createBitbucketServerSignInResolvers } from './factories';
export { readSignInChain, signInSchema } from './readSignInChain';
