import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { quote } from '../quote';
import type { Check } from './Check';
import type { Probe } from './checkBitbucket';

/** @internal */
export interface CheckCallbackOptions {
  readonly probe: Probe;
  readonly backendUrl: string;
  readonly env: string;
  /** Address of Bitbucket. */
  readonly baseUrl: string;
  readonly clientId?: string;
  readonly redirectUri: string;
}

/**
 * Whether the running backend starts a sign-in as this config says: it is asked for one, and where it
 * redirects to is compared. Nobody follows, so that nothing comes of it.
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
    return { name, status: 'skip', text, mend: 'run this where backend.baseUrl can be reached' };
  }
  const location = parse(answer.headers.get('location'));
  if (answer.status === 404) {
    return {
      name,
      status: 'fail',
      text: `the running backend has no provider bitbucketServer: its start answered 404`,
      mend: 'add the module to the backend, and start it again with this config',
    };
  }
  if (!location || answer.status < 300 || answer.status > 399) {
    const text = `the running backend does not start a sign-in: it answered ${answer.status}`;
    return { name, status: 'fail', text, mend: 'see its log' };
  }
  if (!location.href.startsWith(`${baseUrl}/`)) {
    const text = `the running backend sends people to ${quote(location.origin)}, not to ${baseUrl}`;
    return { name, status: 'fail', text, mend: restart };
  }
  const sent = location.searchParams.get('redirect_uri');
  if (sent !== redirectUri) {
    return {
      name,
      status: 'fail',
      text: `the running backend says ${quote(sent)}, this config ${redirectUri}`,
      mend: `${restart}; the incoming application link must have the one that the backend says`,
    };
  }
  if (clientId !== undefined && location.searchParams.get('client_id') !== clientId) {
    return {
      name,
      status: 'fail',
      text: 'the running backend has another clientId than this config',
      mend: restart,
    };
  }
  return { name, status: 'ok', text: `the running backend says ${redirectUri}, as this config` };
}

const restart =
  'start the backend again with this config, or give the doctor the config of the backend';

function parse(location: string | null): URL | undefined {
  return location !== null && URL.canParse(location) ? new URL(location) : undefined;
}
