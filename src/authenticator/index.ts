export { authenticatorConfigKeys, authenticatorConfigSchema } from './authenticatorConfigSchema';
export {
  bitbucketServerAuthenticator,
  createBitbucketServerAuthenticator,
} from './bitbucketServerAuthenticator';
export type {
  BitbucketServerAuthenticator,
  BitbucketServerAuthenticatorContext,
  BitbucketServerAuthenticatorOptions,
} from './bitbucketServerAuthenticator';
export { createBitbucketServerProviderFactory } from './providerFactory';
export type { BitbucketServerProviderFactoryOptions } from './providerFactory';
export { readAuthenticatorConfig } from './readAuthenticatorConfig';
export type { AuthenticatorConfig } from './readAuthenticatorConfig';
export { readBitbucketServerAddress } from './readBitbucketServerAddress';
export type { BitbucketServerAddress } from './readBitbucketServerAddress';
export type { SessionEvent } from './refresher';
export type { ProviderEnvironmentOptions } from './routeHandlers';
