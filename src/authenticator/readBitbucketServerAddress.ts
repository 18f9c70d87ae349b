import type { Config } from '@backstage/config';
import { createConfigError } from '../config';
import { configPath } from './configPath';
import { readText } from './readText';

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
  const host = readText(config, 'host');
  const baseUrl = readText(config, 'baseUrl');
  const allowHttp = config.getOptionalBoolean('dangerouslyAllowHttp') ?? false;
  const fail = (key: string, problem: string) =>
    createConfigError(configPath(config, key), problem);

  if (host !== undefined && baseUrl !== undefined) {
    throw fail('baseUrl', 'says the same as "host": set only one of them');
  }
  if (baseUrl !== undefined) {
    const url = parseAddress(baseUrl, problem => fail('baseUrl', problem));
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw fail('baseUrl', 'must start with https://');
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowHttp) {
      throw fail(
        'baseUrl',
        'must start with https://, because secrets and tokens travel to it; "dangerouslyAllowHttp: true" allows http for a test',
      );
    }
    return toAddress(url);
  }
  if (host === undefined) {
    throw fail('host', 'is missing: set it, or "baseUrl", to the address of your Bitbucket Server');
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(host)) {
    throw fail('host', 'must have no scheme: write host[:port][/context], or use "baseUrl"');
  }
  const url = parseAddress(`https://${host}`, problem => fail('host', problem));
  if (!allowHttp) return toAddress(url);
  if (!isLoopback(url.hostname)) {
    throw fail(
      'dangerouslyAllowHttp',
      'does not turn a "host" that is not loopback into http: write "baseUrl: http://…" to say so',
    );
  }
  return toAddress(parseAddress(`http://${host}`, problem => fail('host', problem)));
}

function parseAddress(value: string, fail: (problem: string) => Error): URL {
  if (!URL.canParse(value) || /[\s\\]/.test(value)) throw fail('is no valid address');
  const url = new URL(value);
  if (url.username || url.password || value.includes('@')) {
    throw fail('must hold no user name or password');
  }
  if (/[?#]/.test(value)) throw fail('must have no query and no fragment');
  const name = url.hostname.replace(/\.$/, '');
  if (name === 'bitbucket.org' || name.endsWith('.bitbucket.org')) {
    throw fail(
      'is Bitbucket Cloud, but the provider "bitbucketServer" is for Bitbucket Server / Data Center: for Cloud use the provider "bitbucket" of @backstage/plugin-auth-backend-module-bitbucket-provider',
    );
  }
  return url;
}

function toAddress(url: URL): BitbucketServerAddress {
  return {
    baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    host: url.hostname.replace(/\.$/, ''),
  };
}

function isLoopback(hostname: string): boolean {
  // URL has normalised every spelling of an IPv4 address before.
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
