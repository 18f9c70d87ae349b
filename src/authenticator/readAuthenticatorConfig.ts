import type { Config } from '@backstage/config';
import { createConfigError, readMilliseconds } from '../config';
import { configPath } from './configPath';
import { readBitbucketServerAddress } from './readBitbucketServerAddress';
import type { BitbucketServerAddress } from './readBitbucketServerAddress';
import { readRequiredText, readText } from './readText';
import { scopesOf } from './scopes';

/** What the authenticator reads of one environment of the provider. */
export interface AuthenticatorConfig extends BitbucketServerAddress {
  readonly clientId: string;
  readonly clientSecret: string;
  /** `undefined`: the one that Backstage derives. */
  readonly callbackUrl?: string;
  /** Milliseconds of a call to Bitbucket Server. */
  readonly timeoutMs: number;
  /** Milliseconds for which a read user serves refreshes; 0 turns that off. `undefined`: not said. */
  readonly profileCacheTtlMs?: number;
  /** Milliseconds for which what was read serves refreshes while Bitbucket Server cannot be read. */
  readonly staleIfErrorMs: number;
  /** Scopes that each request asks for on top. */
  readonly additionalScopes: readonly string[];
}

const defaultTimeoutMs = 10_000;
/** More than this is no limit: proxies and browsers give up before. */
const maxTimeoutMs = 5 * 60_000;
const defaultStaleIfErrorMs = 60 * 60_000;
const maxStaleIfErrorMs = 24 * 60 * 60_000;
const maxProfileCacheTtlMs = 60 * 60_000;

/**
 * Reads and checks the config of the authenticator, once, at start.
 *
 * @throws SignInError `CONFIG_INVALID` with the path of the key
 * @internal
 */
export function readAuthenticatorConfig(config: Config): AuthenticatorConfig {
  const callbackUrl = readText(config, 'callbackUrl');
  if (callbackUrl !== undefined && !/^https?:\/\/[^/]/.test(callbackUrl)) {
    throw createConfigError(configPath(config, 'callbackUrl'), 'must be a whole URL');
  }
  if (config.has('sessionDuration')) duration(config, 'sessionDuration', 1, Infinity);
  return {
    ...readBitbucketServerAddress(config),
    clientId: readRequiredText(config, 'clientId'),
    clientSecret: readRequiredText(config, 'clientSecret'),
    callbackUrl,
    timeoutMs: duration(config, 'timeout', 1, maxTimeoutMs) ?? defaultTimeoutMs,
    profileCacheTtlMs: duration(config, 'profileCacheTtl', 0, maxProfileCacheTtlMs),
    staleIfErrorMs:
      duration(config, 'userLookup.staleIfError', 0, maxStaleIfErrorMs) ?? defaultStaleIfErrorMs,
    additionalScopes: readScopes(config),
  };
}

function duration(config: Config, key: string, min: number, max: number): number | undefined {
  return readMilliseconds(config, key, { at: configPath(config, key), min, max });
}

function readScopes(config: Config): string[] {
  const value = config.getOptional('additionalScopes');
  if (typeof value === 'string') return scopesOf(value);
  return config.getOptionalStringArray('additionalScopes') ?? [];
}
