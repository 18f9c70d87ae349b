import type { Config } from '@backstage/config';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import {
  bitbucketServerAuthenticator,
  isSignInError,
  readDirectoryOptions,
  readSignInSetup,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { SignInSetup } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { Check } from './probe';

/** @internal */
export interface CheckedConfig {
  readonly checks: readonly Check[];
  /** `undefined` when the config has no valid address of Bitbucket. */
  readonly baseUrl?: string;
  readonly needsDirectory: boolean;
  /** `undefined` when it cannot be used. */
  readonly client?: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly callbackUrl?: string;
  };
}

const name = 'config';

/**
 * Reads every part of an environment as the backend does at start, including secrets. Reports the
 * errors and warnings that it would log, and a mistake in one part does not hide those in others.
 *
 * @param config - of the environment
 * @param path - of `config`
 * @internal
 */
export function checkConfig(config: Config, env: string, path: string): CheckedConfig {
  const problems = new Map<string, string>();
  const fail = (text: string, fix: string) => void problems.set(text, fix);
  const read = <T>(reader: () => T): T | undefined => {
    try {
      return reader();
    } catch (error) {
      const fix = 'correct this key; a value ${NAME} is missing when the variable NAME is not set';
      fail(isSignInError(error) ? error.detail : String(error), fix);
      return undefined;
    }
  };
  const whole = read(() => readSignInSetup(config, path));
  // Reading stops at the first mistake, so each part is then read on its own.
  const setup = whole ?? readParts(config, path, read);
  const initialize = (part: Config) => read(() => initializeAuthenticator(part));
  if (initialize(config) === undefined) {
    for (const key of config.keys()) {
      initialize(partOf(config, path, [...addressKeys, ...clientKeys, key]));
    }
  }
  const client = readClient(config);
  const directory = read(() => readDirectoryOptions(config, path));
  if (setup?.needsDirectory && !directory && !config.has('directory')) {
    const text = `"${path}.directory" is missing: a resolver has emailTrust "readOnlyDirectory"`;
    fail(text, 'set a credential that may read admin/users');
  }
  if (setup && setup.match.length === 0) {
    const text = `"${path}.signIn.resolvers" is missing: without resolvers nobody can sign in`;
    fail(text, 'list at least one resolver there');
  }
  const failed = [...problems].map(([text, fix]): Check => ({ name, status: 'fail', text, fix }));
  const ok: Check = { name, status: 'ok', text: `environment ${env} has no errors` };
  const warnings = (setup?.warnings ?? []).map((text): Check => ({ name, status: 'warn', text }));
  return {
    checks: [...(failed.length > 0 ? failed : [ok]), ...warnings],
    baseUrl: setup?.baseUrl ?? readBaseUrl(config, path),
    needsDirectory: setup?.needsDirectory ?? false,
    client,
  };
}

const clientKeys = ['clientId', 'clientSecret'];
const addressKeys = ['host', 'baseUrl', 'dangerouslyAllowHttp'];

/**
 * Reads every part on its own, with only the address, so that a mistake does not hide one elsewhere.
 *
 * @returns the setup from the part with the resolvers
 */
function readParts(
  config: Config,
  path: string,
  read: <T>(reader: () => T) => T | undefined,
): SignInSetup | undefined {
  let setup: SignInSetup | undefined;
  for (const key of config.keys().filter(each => !addressKeys.includes(each))) {
    const part = partOf(config, path, [...addressKeys, key]);
    const found = read(() => readSignInSetup(part, path));
    if (key === 'signIn') setup = found;
  }
  return setup;
}

function initializeAuthenticator(config: Config): unknown {
  return bitbucketServerAuthenticator.initialize({
    callbackUrl: 'https://unused.invalid',
    config,
  });
}

/** The OAuth client, even if there are mistakes elsewhere. */
function readClient(config: Config): CheckedConfig['client'] {
  const [clientId, clientSecret, callbackUrl] = ['clientId', 'clientSecret', 'callbackUrl'].map(
    key => {
      const value = config.getOptional(key);
      return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
    },
  );
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { clientId, clientSecret, callbackUrl };
}

/** A config with only these keys, under the same path. */
function partOf(config: Config, path: string, keys: readonly string[]): Config {
  const values = keys.map(key => [key, config.getOptional(key)] as const);
  const data = Object.fromEntries(values.filter(([, value]) => value !== undefined)) as JsonObject;
  // With the name of the whole config, so that the same mistake gives the same error.
  return new ConfigReader(data, 'app-config', undefined, path);
}

/** The address of Bitbucket, even if there are mistakes elsewhere. */
function readBaseUrl(config: Config, path: string): string | undefined {
  try {
    return readSignInSetup(partOf(config, path, addressKeys), path).baseUrl;
  } catch {
    // The mistake is in the address itself, and has been reported.
    return undefined;
  }
}
