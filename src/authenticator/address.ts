import type { Config } from '@backstage/config';
import { z } from 'zod/v3';
import { createConfigError, locate, matching, readKeys } from '../config';

/**
 * Where the Bitbucket Server is.
 *
 * @public
 */
export interface BitbucketServerAddress {
  /** With the context path, without a slash at the end. */
  readonly baseUrl: string;
  /** Host name alone, in lower case, without port and path. */
  readonly host: string;
}

// These patterns go into config.schema.json, where a URL cannot be parsed: they check what a
// pattern can check.
const name = '(?:\\[[0-9a-fA-F:.]+\\]|[^\\s/\\\\?#@:[\\]]+)';
const rest = '(?::\\d{1,5})?(?:/[^\\s\\\\?#@]*)?\\s*$';
const notCloud = `(?!(?:[^/:]*\\.)?${anyCase('bitbucket.org')}\\.?(?:[:/]|\\s*$))`;
const hostPattern = new RegExp(`^\\s*${notCloud}${name}${rest}`);
const urlPattern = new RegExp(`^\\s*https?://${notCloud}${name}${rest}`);
const loopback = `(?:${anyCase('localhost')}|127(?:\\.\\d{1,3}){3}|\\[::1\\])(?::\\d+)?(?:/|\\s*$)`;

/**
 * What `host` must be where `dangerouslyAllowHttp` turns it into http.
 *
 * @internal
 */
export const loopbackHostPattern = new RegExp(`^\\s*${loopback}`);

/**
 * What a URL must be where `dangerouslyAllowHttp` is not set.
 *
 * @internal
 */
export const secureUrlPattern = new RegExp(`^\\s*(?:https://|http://${loopback})`);

/** @internal */
export const addressSchema = z.object({
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

/**
 * Reads `host` (`host[:port][/context]`, which means https, as in upstream's module) or `baseUrl` (a
 * whole URL) of one environment of `auth.providers.bitbucketServer`. Exactly one of them is required.
 *
 * `http` is for a `baseUrl` on a loopback host, or with `dangerouslyAllowHttp: true`. Next to a
 * loopback `host`, that flag means http.
 *
 * @throws SignInError `CONFIG_INVALID` with the path of the key
 * @public
 */
export function readBitbucketServerAddress(config: Config): BitbucketServerAddress {
  return toAddress(readKeys(config, addressSchema), (key, problem) =>
    createConfigError(`${locate(config).path}.${key}`, problem),
  );
}

function toAddress(
  { host, baseUrl, dangerouslyAllowHttp = false }: z.output<typeof addressSchema>,
  fail: (key: string, problem: string) => Error,
): BitbucketServerAddress {
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

function normalize(address: string): BitbucketServerAddress {
  const url = new URL(address);
  return {
    baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
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
