import type { Config } from '@backstage/config';
import { chooseEnvironment } from '../audit';
import { checkCallback, checkCatalog, checkLeftover } from './checkBackend';
import { checkBitbucket, checkCredentials } from './checkBitbucket';
import { checkConfig } from './checkConfig';
import { checkClock, checkProxy } from './checkMachine';
import { checkOAuth } from './checkOAuth';
import { createProbe } from './probe';
import type { Check } from './probe';

/** @public */
export interface DoctorInput {
  readonly config: Config;
  /** Name of the environment. Default: `auth.environment`, else the only one. */
  readonly env?: string;
  /** Environment variables, for the credentials and proxies. Default: none. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
  /** Root folder of the app, whose manifests are checked. Default: none. */
  readonly folder?: string;
}

/**
 * Checks everything that a sign-in needs, from the config to the catalog, and changes nothing. Yields
 * each check as soon as it is done.
 *
 * @public
 */
export async function* runDoctor(input: DoctorInput): AsyncGenerator<Check> {
  let environment;
  try {
    environment = chooseEnvironment(input.config, input.env);
  } catch (error) {
    const { message: text } = error as Error;
    yield { name: 'config', status: 'fail', text, fix: 'correct this key first' };
  }
  yield* checkServed(input.config);
  if (environment) {
    const { config, name, path } = environment;
    yield* checkEnvironment(input, config, name, path);
  }
  if (input.folder !== undefined) yield* checkLeftover(input.folder);
  yield await checkCatalog(input);
}

const providerPath = 'auth.providers.bitbucketServer';

/** The backend only serves the environment in `auth.environment`, whichever one is checked here. */
function* checkServed(config: Config): Generator<Check> {
  const names = config.getOptionalConfig(providerPath)?.keys() ?? [];
  const configured = config.getOptionalString('auth.environment');
  const served = configured ?? 'development';
  if (names.length === 0 || names.includes(served)) return;
  yield {
    name: 'environment',
    status: 'fail',
    text: `"${providerPath}.${served}" is missing: the backend serves ${served}, ${configured ? 'as auth.environment says' : 'because auth.environment is not set'}; configured: ${names.join(', ')}`,
    fix: `set auth.environment to ${names.join(' or ')}, for the backend and the frontend alike`,
  };
}

async function* checkEnvironment(
  input: DoctorInput,
  config: Config,
  env: string,
  path: string,
): AsyncGenerator<Check> {
  const { config: root, fetch, signal, now = Date.now, variables = {} } = input;
  const { checks, baseUrl, client, needsDirectory } = checkConfig(config, env, path);
  yield* checks;
  const backendUrl = root.getOptionalString('backend.baseUrl')?.replace(/\/+$/, '');
  const redirectUri =
    client?.callbackUrl ?? `${backendUrl ?? ''}/api/auth/bitbucketServer/handler/frame`;
  const probe = createProbe({ fetch, signal });
  if (baseUrl !== undefined) {
    yield* checkProxy({ env: variables, url: baseUrl, nodeVersion: process.version });
    const reachable = await checkBitbucket(probe, baseUrl);
    yield reachable;
    if (reachable.status !== 'fail') {
      yield* await checkClock(
        'Bitbucket',
        probe,
        `${baseUrl}/rest/api/latest/application-properties`,
        now,
      );
      if (client)
        yield* await checkOAuth({ ...client, redirectUri, probe, baseUrl, fetch, signal });
      yield* checkCredentials({
        probe,
        baseUrl,
        needsDirectory,
        config,
        path,
        variables,
      });
    }
  }
  if (baseUrl !== undefined && backendUrl) {
    const { clientId } = client ?? {};
    yield await checkCallback({ probe, backendUrl, env, baseUrl, clientId, redirectUri });
    yield* await checkClock(
      'the backend',
      probe,
      `${backendUrl}/api/auth/bitbucketServer/start`,
      now,
    );
  }
}
