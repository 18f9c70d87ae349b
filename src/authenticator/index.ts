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
export { authenticatorSchema, readAuthenticatorConfig } from './authenticatorConfig';
export type { AuthenticatorConfig } from './authenticatorConfig';
export { loopbackHostPattern, readBitbucketServerAddress, secureUrlPattern } from './address';
export type { BitbucketServerAddress } from './address';
export type { PersonSource } from './personReader';
export type { SessionEvent } from './sessionEvent';
export type { ProviderEnvironmentOptions, SignInOutcomeEvent } from './routeHandlers';
