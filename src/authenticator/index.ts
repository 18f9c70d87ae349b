export {
  bitbucketServerAuthenticator,
  createBitbucketServerAuthenticator,
} from './createBitbucketServerAuthenticator';
export type {
  BitbucketServerAuthenticator,
  BitbucketServerAuthenticatorContext,
  BitbucketServerAuthenticatorOptions,
} from './createBitbucketServerAuthenticator';
export { createBitbucketServerProviderFactory } from './createBitbucketServerProviderFactory';
export type { BitbucketServerProviderFactoryOptions } from './createBitbucketServerProviderFactory';
export type { ProviderEnvironmentOptions } from './ProviderEnvironmentOptions';
export { authenticatorSchema, readAuthenticatorConfig } from './authenticatorConfig';
export type { AuthenticatorConfig } from './authenticatorConfig';
export { loopbackHostPattern, readBitbucketServerAddress, secureUrlPattern } from './address';
export type { BitbucketServerAddress } from './address';
