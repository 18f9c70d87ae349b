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
  /** `undefined` when the configuration does not say where Bitbucket is. */
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
 * Reads every part of an environment as the backend does at its start, secrets included, and says
 * what it would log. What is wrong in one part hides nothing of the others.
 *
 * @param config - of the environment
 * @param path - of `config`
 * @internal
 */
export function checkConfig(config: Config, env: string, path: string): CheckedConfig {
  const problems = new Map<string, string>();
  const fail = (text: string, mend: string) => void problems.set(text, mend);
  const read = <T>(reader: () => T): T | undefined => {
    try {
      return reader();
    } catch (error) {
      const mend = 'correct this key; a value of ${NAME} is missing when NAME is not set';
      fail(isSignInError(error) ? error.detail : String(error), mend);
      return undefined;
    }
  };
  const whole = read(() => readSignInSetup(config, path));
  // A mistake in one part ends the reading: each part alone tells of those behind it.
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
    fail(text, 'list resolvers there');
  }
  const failed = [...problems].map(([text, mend]): Check => ({ name, status: 'fail', text, mend }));
  const ok: Check = { name, status: 'ok', text: `environment ${env} is read without an error` };
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
 * Reads every part together with the address only, so that a mistake hides none of another part.
 *
 * @returns what the part with the resolvers says
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

function initializeAuthenticator(config: Config): object {
  return bitbucketServerAuthenticator.initialize({
    callbackUrl: 'https://unused.invalid',
    config,
  });
}

/** What the OAuth endpoints are asked with, whatever is wrong elsewhere. */
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

/** Only these keys, under the same path. */
function partOf(config: Config, path: string, keys: readonly string[]): Config {
  const values = keys.map(key => [key, config.getOptional(key)] as const);
  const data = Object.fromEntries(values.filter(([, value]) => value !== undefined)) as JsonObject;
  // Named as the whole, so that both say the same of a mistake.
  return new ConfigReader(data, 'app-config', undefined, path);
}

/** Where Bitbucket is, for a configuration that has a mistake somewhere else. */
function readBaseUrl(config: Config, path: string): string | undefined {
  try {
    return readSignInSetup(partOf(config, path, addressKeys), path).baseUrl;
  } catch {
    // The mistake is in the address itself, and is told already.
    return undefined;
  }
}
