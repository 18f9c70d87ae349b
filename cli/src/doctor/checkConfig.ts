import type { Config } from '@backstage/config';
import { ConfigReader } from '@backstage/config';
import {
  bitbucketServerAuthenticator,
  isSignInError,
  readDirectoryOptions,
  readSignInSetup,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { Check } from './Check';

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
  const setup = read(() => readSignInSetup(config, path));
  const client = read(() => {
    bitbucketServerAuthenticator.initialize({ callbackUrl: 'https://unused.invalid', config });
    return {
      clientId: config.getString('clientId').trim(),
      clientSecret: config.getString('clientSecret').trim(),
      callbackUrl: config.getOptionalString('callbackUrl')?.trim(),
    };
  });
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

/** Where Bitbucket is, for a configuration that has a mistake somewhere else. */
function readBaseUrl(config: Config, path: string): string | undefined {
  const keys = ['host', 'baseUrl', 'dangerouslyAllowHttp'];
  const address = Object.fromEntries(keys.map(key => [key, config.getOptional(key)]));
  try {
    return readSignInSetup(new ConfigReader(address as never), path).baseUrl;
  } catch {
    // The mistake is in the address itself, and is told already.
    return undefined;
  }
}
