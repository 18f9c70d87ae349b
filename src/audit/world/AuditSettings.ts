import type { ProfileTransform } from '@backstage/plugin-auth-node';
import type { JsonObject } from '@backstage/types';
import type { SignInChain } from '../../resolvers';
import type { ProfileTransformResult } from '../../transforms';

/**
 * What the audit takes from one environment of `auth.providers.bitbucketServer`.
 *
 * @internal
 */
export interface AuditSettings {
  /** Name of the environment. */
  readonly env: string;
  /** Path of the environment in the config. */
  readonly path: string;
  /** Base URL of the Bitbucket Server. */
  readonly baseUrl: string;
  /** Host name of the Bitbucket Server. */
  readonly host: string;
  readonly chain: SignInChain;
  /** `signIn.resolvers` as it is written in the config. */
  readonly resolvers: readonly JsonObject[];
  readonly profileTransform: ProfileTransform<ProfileTransformResult>;
  /** Whether a resolver relies on the directory of an account. */
  readonly needsDirectory: boolean;
  readonly trustedDirectories: readonly string[];
}
