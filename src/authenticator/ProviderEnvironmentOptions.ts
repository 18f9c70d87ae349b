import type {
  OAuthAuthenticatorResult,
  ProfileTransform,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import type { BitbucketServerPassportProfile } from '../profile';
import type { BitbucketServerAuthenticator } from './createBitbucketServerAuthenticator';

/** @public */
export interface ProviderEnvironmentOptions {
  readonly authenticator: BitbucketServerAuthenticator;
  /** Default: that of the authenticator. */
  readonly profileTransform?: ProfileTransform<
    OAuthAuthenticatorResult<BitbucketServerPassportProfile>
  >;
  /** Without one, the provider gives access tokens and signs nobody in. */
  readonly signInResolver?: SignInResolver<
    OAuthAuthenticatorResult<BitbucketServerPassportProfile>
  >;
}
