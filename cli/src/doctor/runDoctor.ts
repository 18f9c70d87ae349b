import type { Config } from '@backstage/config';
import { chooseEnvironment } from '../audit';
import type { Check } from './Check';
import { checkBitbucket, checkCredential, createProbe } from './checkBitbucket';
import { checkCatalog } from './checkCatalog';
import { checkConfig } from './checkConfig';
import { checkLeftover } from './checkLeftover';
import { checkOAuth } from './checkOAuth';

/** @public */
export interface DoctorInput {
  readonly config: Config;
  /** Name of the environment. Default: `auth.environment`, else the only one. */
  readonly env?: string;
  /**
   * Reads the value of the `Authorization` header of the Bitbucket credential from the config of the
   * environment and its path; may throw.
   */
  readonly readAuthorization: (config: Config, path: string) => string | undefined;
  /** Token for the catalog. Default: none. */
  readonly catalogToken?: string;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
  /** Root folder of the app, whose manifests are looked at. Default: none. */
  readonly folder?: string;
}

/**
 * Looks at everything that a sign-in needs, from the config to the catalog, and changes nothing.
 * Checks come as they are made.
 *
 * @public
 */
export async function* runDoctor(input: DoctorInput): AsyncGenerator<Check> {
  let environment;
  try {
    environment = chooseEnvironment(input.config, input.env);
  } catch (error) {
    const { message: text } = error as Error;
    yield { name: 'config', status: 'fail', text, mend: 'correct this key first' };
  }
  if (environment) {
    const { config, name, path } = environment;
    yield* checkEnvironment(input, config, name, path);
  }
  if (input.folder !== undefined) yield* checkLeftover(input.folder);
  yield await checkCatalog(input);
}

async function* checkEnvironment(
  { config: root, fetch, signal, readAuthorization }: DoctorInput,
  config: Config,
  env: string,
  path: string,
): AsyncGenerator<Check> {
  const { checks, baseUrl, client, needsDirectory } = checkConfig(config, env, path);
  yield* checks;
  if (baseUrl === undefined) return;

  const probe = createProbe({ fetch, signal });
  const reachable = await checkBitbucket(probe, baseUrl);
  yield reachable;
  if (reachable.status === 'fail') return;
  if (client) {
    const backendUrl = root.getOptionalString('backend.baseUrl')?.replace(/\/+$/, '') ?? '';
    const redirectUri =
      client.callbackUrl ?? `${backendUrl}/api/auth/bitbucketServer/handler/frame`;
    yield* await checkOAuth({ ...client, redirectUri, probe, baseUrl, fetch, signal });
  }
  yield await checkCredential(probe, baseUrl, needsDirectory, () =>
    readAuthorization(config, path),
  );
}
