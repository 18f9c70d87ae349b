import type { CacheService, LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { createBitbucketHttp } from '../http';
import type { BitbucketHttpOptions } from '../http';
import { readSignedInUser } from '../profile';
import type { BitbucketServerUser } from '../profile';
import { createCodeFlow } from './createCodeFlow';
import type { CodeFlow } from './createCodeFlow';
import { createRefresher } from './createRefresher';
import type { Refresher } from './createRefresher';
import { createTokenClient } from './createTokenClient';
import { createLocalUserMemory } from './createLocalUserMemory';
import { createSharedUserMemory } from './createSharedUserMemory';
import { readAuthenticatorConfig } from './readAuthenticatorConfig';
import type { AuthenticatorConfig } from './readAuthenticatorConfig';
import { sleep as defaultSleep } from '../shared';

/** What an authenticator keeps per environment of the provider. */
export interface AuthenticatorContext {
  readonly config: AuthenticatorConfig & { readonly callbackUrl: string };
  readonly exchangeCode: CodeFlow;
  readonly readUser: (
    accessToken: string,
    signal: AbortSignal | undefined,
  ) => Promise<BitbucketServerUser>;
  readonly refresher: Refresher;
}

export interface AuthenticatorContextOptions extends Pick<
  BitbucketHttpOptions,
  'fetch' | 'now' | 'random' | 'sleep'
> {
  readonly config: Config;
  /** The one that Backstage derives; the config wins over it. */
  readonly callbackUrl: string;
  /** Milliseconds; the config wins over it. */
  readonly profileCacheTtlMs: number;
  readonly cache?: CacheService;
  readonly logger?: LoggerService;
}

/**
 * Reads the config of one environment and puts the parts of the authenticator together.
 *
 * @throws SignInError `CONFIG_INVALID`
 * @internal
 */
export function createAuthenticatorContext(
  options: AuthenticatorContextOptions,
): AuthenticatorContext {
  const {
    cache,
    logger,
    fetch,
    now = Date.now,
    random = Math.random,
    sleep = defaultSleep,
  } = options;
  const fromFile = readAuthenticatorConfig(options.config);
  const config = { ...fromFile, callbackUrl: fromFile.callbackUrl ?? options.callbackUrl };
  const { baseUrl, clientSecret, timeoutMs } = config;
  const http = createBitbucketHttp({ fetch, now, random, sleep, timeoutMs });
  const tokenClient = createTokenClient({ ...config, http, now });

  const ttlMs = config.profileCacheTtlMs ?? options.profileCacheTtlMs;
  const memoryOptions = { baseUrl, ttlMs, now, logger };
  const createMemory = () =>
    cache ? createSharedUserMemory(cache, memoryOptions) : createLocalUserMemory(memoryOptions);
  const memory = ttlMs > 0 ? createMemory() : undefined;
  const readUser = (accessToken: string, signal: AbortSignal | undefined, useMemory: boolean) =>
    readSignedInUser({ http, baseUrl, accessToken, signal, memory, useMemory });

  return {
    config,
    // Whoever signs in is read anew.
    readUser: (accessToken, signal) => readUser(accessToken, signal, false),
    exchangeCode: createCodeFlow({ clientSecret, tokenClient, now }),
    refresher: createRefresher({
      exchange: tokenClient.exchangeRefreshToken,
      readUser: (accessToken, signal) => readUser(accessToken, signal, true),
      timeoutMs,
      now,
      random,
      sleep,
      logger,
    }),
  };
}
