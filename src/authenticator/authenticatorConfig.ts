import type { Config } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';
import { z } from 'zod/v3';
import { duration, locate, matching, readKeys, secret, text } from '../config';
import { readUserLookupOptions } from '../lookup';
import { addressSchema, readBitbucketServerAddress, secureUrlPattern } from './address';
import type { BitbucketServerAddress } from './address';
import { scopesOf } from './session';

/** The part of a provider environment that the authenticator reads. */
export interface AuthenticatorConfig extends BitbucketServerAddress {
  readonly clientId: string;
  readonly clientSecret: string;
  /** `undefined`: the one that Backstage derives. */
  readonly callbackUrl?: string;
  /** Time limit of a call to Bitbucket Server, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Milliseconds for which a read user serves refreshes; 0 turns that off. `undefined`: not
   * configured.
   */
  readonly profileCacheTtlMs?: number;
  /** Milliseconds for which what was read serves refreshes while Bitbucket Server cannot be read. */
  readonly staleIfErrorMs: number;
  /** Scopes that each request asks for on top. */
  readonly additionalScopes: readonly string[];
  /** Warnings about settings that weaken the sign-in, for the log. */
  readonly warnings: readonly string[];
}

const minutes = 60_000;
const days = 24 * 60 * minutes;

/**
 * The keys that the authenticator and Backstage's own OAuth routes read in one environment of
 * `auth.providers.bitbucketServer`.
 *
 * @internal
 */
export const authenticatorSchema = z.object({
  clientId: text().describe('Client id of the incoming application link.'),
  clientSecret: secret(text()).describe(
    'Client secret of the application link. A secret of fewer than 16 characters makes a warning at startup.',
  ),
  ...addressSchema.shape,
  callbackUrl: matching(/^\s*https?:\/\/[^/\s]\S*\s*$/, 'must be an absolute URL', value =>
    /^https?:/.test(value) && !URL.canParse(value) ? 'must be an absolute URL' : undefined,
  )
    .optional()
    .describe(
      'Redirect URL of the application link, if it differs from the default. An `http` URL that is not loopback makes a warning at startup. Default: <auth base URL>/bitbucketServer/handler/frame.',
    ),
  additionalScopes: z
    .union([text(), z.array(text())])
    .optional()
    .describe(
      'Scopes to request in addition to those of the frontend. A sign-in needs `PUBLIC_REPOS` only.',
    ),
  sessionDuration: duration({ min: 1, max: 1_000 * days })
    .optional()
    .describe(
      "How long the cookie with the refresh token lives, up to 1000 days. Bitbucket's own refresh tokens live for 90 days by default. Default: 1000 days.",
    ),
  timeout: duration({ min: 1, max: 5 * minutes })
    .optional()
    .describe(
      'Time limit of one request to Bitbucket, including the body and retries, up to 5 minutes. Default: 10 seconds.',
    ),
  profileCacheTtl: duration({ min: 0, max: 60 * minutes })
    .optional()
    .describe(
      'How long a user record from Bitbucket is used for session refreshes, up to 1 hour; `0s` reads it at each refresh. Default: 1 minute.',
    ),
});

/**
 * Reads and checks the config of the authenticator, once, at start.
 *
 * @throws SignInError `CONFIG_INVALID` with the path of the key
 * @internal
 */
export function readAuthenticatorConfig(config: Config): AuthenticatorConfig {
  const address = readBitbucketServerAddress(config);
  const { path } = locate(config);
  const { timeout, profileCacheTtl, ...values } = readKeys(config, authenticatorSchema);
  // One setting for the catalog and for Bitbucket: how old an answer may be during an outage.
  const { staleIfError = { hours: 1 } } = readUserLookupOptions(config, path);
  return {
    ...address,
    clientId: values.clientId,
    clientSecret: values.clientSecret,
    callbackUrl: values.callbackUrl,
    timeoutMs: durationToMilliseconds(timeout ?? { seconds: 10 }),
    profileCacheTtlMs: profileCacheTtl && durationToMilliseconds(profileCacheTtl),
    staleIfErrorMs: durationToMilliseconds(staleIfError),
    additionalScopes: [values.additionalScopes ?? []].flat().flatMap(scopesOf),
    warnings: findWarnings(values, path),
  };
}

type Values = Pick<
  z.output<typeof authenticatorSchema>,
  'clientSecret' | 'dangerouslyAllowHttp' | 'callbackUrl'
>;

function findWarnings(values: Values, path: string): string[] {
  const { clientSecret, dangerouslyAllowHttp, callbackUrl } = values;
  const warnings = [];
  if (dangerouslyAllowHttp) {
    warnings.push(
      `"${path}.dangerouslyAllowHttp" sends secrets and tokens unencrypted: use it for a test only`,
    );
  }
  if (callbackUrl !== undefined && !secureUrlPattern.test(callbackUrl)) {
    warnings.push(
      `"${path}.callbackUrl" is http: anybody on the network can read the authorization codes`,
    );
  }
  if (clientSecret.length < 16) {
    warnings.push(
      `"${path}.clientSecret" has fewer than 16 characters and can be guessed; Bitbucket generates longer ones`,
    );
  }
  return warnings;
}
