import type { Config } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';
import { z } from 'zod/v3';
import {
  createConfigError,
  duration,
  locate,
  matching,
  readKeys,
  readSection,
  secret,
  text,
} from '../config';
import { userLookupSchema } from '../lookup';
import { scopesOf } from './session';

export type AuthenticatorConfig = ReturnType<typeof readAuthenticatorConfig>;
/** With the callback URL that applies. */
export type ProviderConfig = AuthenticatorConfig & { readonly callbackUrl: string };

// These patterns go into config.schema.json, where a URL cannot be parsed: they check what a
// pattern can check.
const name = '(?:\\[[0-9a-fA-F:.]+\\]|[^\\s/\\\\?#@:[\\]]+)';
const rest = '(?::\\d{1,5})?(?:/[^\\s\\\\?#@]*)?\\s*$';
const notCloud = `(?!(?:[^/:]*\\.)?${anyCase('bitbucket.org')}\\.?(?:[:/]|\\s*$))`;
const hostPattern = new RegExp(`^\\s*${notCloud}${name}${rest}`);
const urlPattern = new RegExp(`^\\s*https?://${notCloud}${name}${rest}`);
const loopback = `(?:${anyCase('localhost')}|127(?:\\.\\d{1,3}){3}|\\[::1\\])(?::\\d+)?(?:/|\\s*$)`;

/** What `host` must be where `dangerouslyAllowHttp` turns it into http. */
export const loopbackHostPattern = new RegExp(`^\\s*${loopback}`);

/** What a URL must be where `dangerouslyAllowHttp` is not set. */
export const secureUrlPattern = new RegExp(`^\\s*(?:https://|http://${loopback})`);

const addressSchema = z.object({
  host: matching(hostPattern, 'must be host[:port][/context]', value =>
    /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
      ? 'must not have a scheme: write host[:port][/context], or use "baseUrl"'
      : explainAddress(`https://${value}`),
  )
    .optional()
    .describe(
      'Address of Bitbucket Server without a scheme: `host[:port][/context]`. Means https. Exactly one of `host` and `baseUrl` is required.',
    ),
  baseUrl: matching(urlPattern, 'must start with https://', explainAddress)
    .optional()
    .describe(
      'Address of Bitbucket Server as a URL, with the context path. `http` only for a loopback host (`localhost`, `127.x.x.x`, `[::1]`), or with `dangerouslyAllowHttp`.',
    ),
  dangerouslyAllowHttp: z
    .boolean()
    .optional()
    .describe(
      'Allows `http` in `baseUrl` for every host, and means http for a loopback `host`. Secrets and tokens are then sent unencrypted: use it for a test only. Default: false.',
    ),
});

const minutes = 60_000;
const days = 24 * 60 * minutes;

/**
 * The keys that the authenticator and Backstage's own OAuth routes read in one environment of
 * `auth.providers.bitbucketServer`.
 */
export const authenticatorSchema = z.object({
  clientId: text().describe('Client id of the incoming application link.'),
  clientSecret: secret(/\S/, 'must be a non-empty string').describe(
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
 * Reads `host` (`host[:port][/context]`, which means https, as in upstream's module) or `baseUrl` (a
 * whole URL) of one environment of `auth.providers.bitbucketServer`. Exactly one of them is required.
 *
 * `http` is for a `baseUrl` on a loopback host, or with `dangerouslyAllowHttp: true`. Next to a
 * loopback `host`, that flag means http.
 *
 * @throws SignInError `CONFIG_INVALID` with the path of the key
 */
export function readBitbucketServerAddress(config: Config) {
  const { host, baseUrl, dangerouslyAllowHttp = false } = readKeys(config, addressSchema);
  const fail = (key: string, problem: string) =>
    createConfigError(`${locate(config).path}.${key}`, problem);
  if (baseUrl !== undefined) {
    if (host !== undefined) {
      throw fail('baseUrl', 'must not be set together with "host": set only one of them');
    }
    if (!dangerouslyAllowHttp && !secureUrlPattern.test(baseUrl)) {
      throw fail(
        'baseUrl',
        'must start with https://, because secrets and tokens travel to it; "dangerouslyAllowHttp: true" allows http for a test',
      );
    }
    return normalize(baseUrl);
  }
  if (host === undefined) {
    throw fail('host', 'is missing: set it, or "baseUrl", to the address of your Bitbucket Server');
  }
  if (!dangerouslyAllowHttp) return normalize(`https://${host}`);
  if (!loopbackHostPattern.test(host)) {
    throw fail(
      'dangerouslyAllowHttp',
      'does not apply to a "host" that is not loopback: write "baseUrl: http://…" instead',
    );
  }
  return normalize(`http://${host}`);
}

/**
 * Reads and checks the config of the authenticator, once, at start.
 *
 * @throws SignInError `CONFIG_INVALID` with the path of the key
 */
export function readAuthenticatorConfig(config: Config) {
  const address = readBitbucketServerAddress(config);
  const { path } = locate(config);
  const { timeout, profileCacheTtl, ...values } = readKeys(config, authenticatorSchema);
  const { clientId, callbackUrl, additionalScopes = [] } = values;
  const clientSecret = values.clientSecret.trim();
  // One setting for the catalog and for Bitbucket: how old an answer may be during an outage.
  const userLookup = readSection(config, 'userLookup', userLookupSchema, path);
  return {
    ...address,
    clientId,
    clientSecret,
    /** `undefined`: Backstage derives it. */
    callbackUrl,
    /** Of a call to Bitbucket Server. */
    timeoutMs: durationToMilliseconds(timeout ?? { seconds: 10 }),
    /** Zero: off. */
    profileCacheTtlMs: durationToMilliseconds(profileCacheTtl ?? { minutes: 1 }),
    staleIfErrorMs: durationToMilliseconds(userLookup?.staleIfError ?? { hours: 1 }),
    additionalScopes: [additionalScopes].flat().flatMap(scopesOf),
    /** About settings that weaken the sign-in. */
    warnings: [
      values.dangerouslyAllowHttp &&
        `"${path}.dangerouslyAllowHttp" sends secrets and tokens unencrypted: use it for a test only`,
      callbackUrl !== undefined &&
        !secureUrlPattern.test(callbackUrl) &&
        `"${path}.callbackUrl" is http: anybody on the network can read the authorization codes`,
      clientSecret.length < 16 &&
        `"${path}.clientSecret" has fewer than 16 characters and can be guessed; Bitbucket generates longer ones`,
    ].filter(warning => typeof warning === 'string'),
  };
}

function normalize(address: string) {
  const url = new URL(address);
  return {
    /** With the context path, without a slash at the end. */
    baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    /** Host name alone, in lower case, without port and path. */
    host: url.hostname.replace(/\.$/, ''),
  };
}

/** Why an address is refused. Does not show the value, which may hold a password. */
function explainAddress(value: string): string | undefined {
  if (value.includes('@')) return 'is not valid: it must not contain a user name or password';
  if (!URL.canParse(value) || /[\s\\]/.test(value)) return 'must be a valid address';
  if (/[?#]/.test(value)) return 'must not have a query or a fragment';
  const host = new URL(value).hostname.replace(/\.$/, '');
  if (host === 'bitbucket.org' || host.endsWith('.bitbucket.org')) {
    return 'is Bitbucket Cloud, but the provider "bitbucketServer" is for Bitbucket Server / Data Center: for Cloud use the provider "bitbucket" of @backstage/plugin-auth-backend-module-bitbucket-provider';
  }
  return undefined;
}

/** JSON Schema patterns have no flag for ignoring case. */
function anyCase(word: string): string {
  return word
    .replaceAll('.', '\\.')
    .replace(/[a-z]/g, letter => `[${letter}${letter.toUpperCase()}]`);
}
