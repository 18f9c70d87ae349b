export {
  authenticatorSchema,
  loopbackHostPattern,
  readAuthenticatorConfig,
  readBitbucketServerAddress,
  secureUrlPattern,
} from './authenticatorConfig';
export {
  bitbucketServerAuthenticator,
  createBitbucketServerAuthenticator,
} from './bitbucketServerAuthenticator';
export type { BitbucketServerAuthenticatorOptions } from './bitbucketServerAuthenticator';
export { createBitbucketServerProviderFactory } from './providerFactory';
export type { BitbucketServerProviderFactoryOptions } from './providerFactory';
export type { SessionEvent } from './refresher';
export type { ProviderEnvironmentOptions, SignInOutcomeEvent } from './routeHandlers';
