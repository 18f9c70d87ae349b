import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@backstage/config';
import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { quote } from '../quote';
import { openCatalog, readCatalogToken } from '../sources';
import type { Check, Probe } from './probe';

interface CheckCallbackOptions {
  readonly probe: Probe;
  readonly backendUrl: string;
  readonly env: string;
  /** Address of Bitbucket. */
  readonly baseUrl: string;
  readonly clientId?: string;
  readonly redirectUri: string;
}

/**
 * Whether the running backend starts a sign-in as this config says. It requests a sign-in and compares
 * the redirect with the config, but does not follow it.
 *
 * @internal
 */
export async function checkCallback(options: CheckCallbackOptions): Promise<Check> {
  const { probe, backendUrl, env, baseUrl, clientId, redirectUri } = options;
  const name = 'callback URL';
  const url = `${backendUrl}/api/auth/bitbucketServer/start?${new URLSearchParams({ env })}`;
  let answer;
  try {
    answer = await probe(url);
  } catch (error) {
    const text = `the backend does not answer: ${isSignInError(error) ? error.detail : quote(String(error))}`;
    return { name, status: 'skip', text, fix: 'run this where backend.baseUrl can be reached' };
  }
  const location = parse(answer.headers.get('location'));
  if (answer.status === 404) {
    return {
      name,
      status: 'fail',
      text: `the running backend has no provider bitbucketServer: its start answered 404`,
      fix: 'add the module to the backend, and start it again with this config',
    };
  }
  if (!location || answer.status < 300 || answer.status > 399) {
    const text = `the running backend does not start a sign-in: it answered ${answer.status}`;
    return { name, status: 'fail', text, fix: 'see its log' };
  }
  if (!location.href.startsWith(`${baseUrl}/`)) {
    const text = `the running backend sends people to ${quote(location.origin)}, not to ${baseUrl}`;
    return { name, status: 'fail', text, fix: restart };
  }
  const sent = location.searchParams.get('redirect_uri');
  if (sent !== redirectUri) {
    return {
      name,
      status: 'fail',
      text: `the running backend sends ${quote(sent)}, but this config has ${redirectUri}`,
      fix: `${restart}; the incoming application link must have the one that the backend sends`,
    };
  }
  if (clientId !== undefined && location.searchParams.get('client_id') !== clientId) {
    return {
      name,
      status: 'fail',
      text: 'the running backend has another clientId than this config',
      fix: restart,
    };
  }
  return {
    name,
    status: 'ok',
    text: `the running backend sends ${redirectUri}, as in this config`,
  };
}

const restart =
  'restart the backend with this config, or run the doctor with the config of the backend';

function parse(location: string | null): URL | undefined {
  return location !== null && URL.canParse(location) ? new URL(location) : undefined;
}

/**
 * Whether the catalog can be read, and has User entities.
 *
 * @internal
 */
export async function checkCatalog({
  config,
  variables = {},
  fetch,
  signal,
}: {
  readonly config: Config;
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}): Promise<Check> {
  const name = 'catalog';
  const backendUrl = config.getOptionalString('backend.baseUrl');
  if (!backendUrl) {
    return {
      name,
      status: 'fail',
      text: 'backend.baseUrl is not set',
      fix: 'set it to the address of the backend, which serves the catalog',
    };
  }
  try {
    const catalog = openCatalog({ backendUrl, token: readCatalogToken(variables), fetch, signal });
    const answer = await catalog.query({ filter: { kind: 'user' }, limit: 1 });
    const users = Math.max(answer.totalItems, answer.items.length);
    return users > 0
      ? { name, status: 'ok', text: `${backendUrl} answers, ${users} User entities` }
      : {
          name,
          status: 'fail',
          text: `${backendUrl} answers, but has no User entities`,
          fix: 'add an entity provider for your organization, or check what the token may read',
        };
  } catch (error) {
    const fix = 'check backend.baseUrl and BACKSTAGE_TOKEN, and whether the backend is running';
    return { name, status: 'fail', text: (error as Error).message, fix };
  }
}

const upstream = '@backstage/plugin-auth-backend-module-bitbucket-server-provider';
/** Where a Backstage app lists the packages of its backend. */
const manifests = ['package.json', 'packages/backend/package.json'];

/**
 * Finds upstream's module in the manifests of an app. Its config schema refuses the resolvers that only
 * this package has, and both modules register the same provider.
 *
 * @internal
 */
export function checkLeftover(folder: string): Check[] {
  return manifests
    .filter(manifest => lists(join(folder, manifest)))
    .map(manifest => ({
      name: 'packages',
      status: 'fail',
      text: `${manifest} still lists ${upstream}, whose config schema refuses resolvers of this package`,
      fix: 'remove it from there and from the backend',
    }));
}

function lists(path: string): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // There is no such manifest in this folder.
    return false;
  }
  return text.includes(`"${upstream}"`);
}
