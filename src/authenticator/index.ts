export { authenticatorConfigKeys, authenticatorConfigSchema } from './authenticatorConfigSchema';
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
export { readAuthenticatorConfig } from './readAuthenticatorConfig';
export type { AuthenticatorConfig } from './readAuthenticatorConfig';
export { readBitbucketServerAddress } from './readBitbucketServerAddress';
export type { BitbucketServerAddress } from './readBitbucketServerAddress';
