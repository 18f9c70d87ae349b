import type { Config } from '@backstage/config';
import type { PassportProfile, ProfileTransform } from '@backstage/plugin-auth-node';
import { authenticatorSchema, readBitbucketServerAddress } from './authenticator';
import { checkKeys, readSection } from './config';
import { userLookupSchema } from './lookup';
import type { CatalogUserLookupOptions } from './lookup';
import { ownershipSchema } from './ownership';
import type { TransitiveGroupsOptions } from './ownership';
import { readSignInChain } from './resolvers';
import type { ChainStep } from './resolvers';
import { composeProfileTransforms, readProfileTransforms, requireActiveUser } from './transforms';

/**
 * What one environment of `auth.providers.bitbucketServer` says about who signs in as whom.
 *
 * @public
 */
export interface SignInSetup {
  /** Base URL of Bitbucket Server, with the context path, without a slash at the end. */
  readonly baseUrl: string;
  /** Host name of Bitbucket Server alone, in lower case, without port and path. */
  readonly host: string;
  /**
   * The chain of `signIn.resolvers`; each matcher has the name of its resolver. Empty: the provider
   * gives access tokens and signs nobody in.
   */
  readonly match: readonly ChainStep[];
  /**
   * The step that is easiest to abuse, and what it relies on, as text. `undefined` when no step signs
   * anybody in.
   */
  readonly weakestLink?: string;
  /** `profileTransforms`, after the one that refuses inactive accounts. */
  readonly profileTransform: ProfileTransform<{ readonly fullProfile: PassportProfile }>;
  /** Whether a step needs the directory of an account: `emailTrust: readOnlyDirectory`. */
  readonly needsDirectory: boolean;
  /** For `createCatalogUserLookup`. */
  readonly userLookup: Omit<CatalogUserLookupOptions, 'catalog' | 'auth' | 'logger' | 'now'>;
  /** Options for `createTransitiveGroups`, which should be used only if `transitiveGroups` is true. */
  readonly ownership: Pick<TransitiveGroupsOptions, 'maxDepth' | 'maxRefs'> & {
    readonly transitiveGroups?: boolean;
  };
  /** Warnings, with the path of the key. */
  readonly warnings: readonly string[];
}

const sections = ['signIn', 'profileTransforms', 'userLookup', 'directory', 'ownership'];

/**
 * Reads one environment as the backend module does, but needs no secrets: client id, client secret and
 * the credential of `directory` may be missing. So a configured chain can be explained, tested or
 * extended in code on a machine without the secrets.
 *
 * @param config - the environment
 * @param path - its path, for errors: `auth.providers.bitbucketServer.<env>`
 * @throws {@link SignInError} `CONFIG_INVALID` with the path of the key
 * @example
 * ```ts
 * const path = 'auth.providers.bitbucketServer.production';
 * const { match, profileTransform, baseUrl } = readSignInSetup(config.getConfig(path), path);
 * const explanation = await explainSignIn({
 *   user: payload,
 *   baseUrl,
 *   match,
 *   profileTransform,
 *   lookup,
 * });
 * ```
 * @public
 */
export function readSignInSetup(config: Config, path: string): SignInSetup {
  checkKeys(config, path, [...Object.keys(authenticatorSchema.shape), ...sections]);
  const address = readBitbucketServerAddress(config);
  const transforms = readProfileTransforms(config, path);
  const chain = readSignInChain(config, path, address);
  const match = chain.steps;
  const needsDirectory = match.some(({ matcher }) => matcher.needs?.includes('directory') ?? false);
  const unused = config.has('directory') && !needsDirectory;
  return {
    ...address,
    match,
    weakestLink: chain.weakestLink,
    profileTransform: composeProfileTransforms(requireActiveUser(), ...transforms),
    needsDirectory,
    userLookup: readSection(config, 'userLookup', userLookupSchema, path) ?? {},
    ownership: readSection(config, 'ownership', ownershipSchema, path) ?? {},
    warnings: [
      ...chain.warnings.map(warning => `${path}: ${warning}`),
      ...(unused
        ? [`"${path}.directory" is not used: no resolver has emailTrust "readOnlyDirectory"`]
        : []),
    ],
  };
}
