export { allResolvers } from './allResolvers';
export type { BitbucketServerResolverName } from './allResolvers';
export {
  bitbucketServerSignInResolvers,
  createBitbucketServerSignInResolvers,
} from './createBitbucketServerSignInResolvers';
export type {
  BitbucketServerSignInResolvers,
  CreateBitbucketServerSignInResolversOptions,
} from './createBitbucketServerSignInResolvers';
export { readSignInChain, signInSchema } from './readSignInChain';
export { resolverRegistry } from './resolverRegistry';
export type { SignInChain } from './readSignInChain';
