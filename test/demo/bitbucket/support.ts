import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BitbucketSimulator,
  type SimulatedPerson,
  type SimulatorOptions,
  startBitbucketSimulator,
} from '../../../demo/bitbucket';

export const redirectUri = 'http://localhost:7007/api/auth/bitbucketServer/handler/frame';

export function makePerson(name: string, id: number, more: object = {}): SimulatedPerson {
  return {
    user: {
      name,
      id,
      slug: name.toLowerCase().replace('@', '_'),
      displayName: `Person ${name}`,
      emailAddress: `${name.replace('@', '.')}@corp.example`,
      active: true,
      type: 'NORMAL',
      ...more,
    },
  };
}

/** Starts simulators and closes them after each test. */
export function useSimulators() {
  const running: BitbucketSimulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(simulator => simulator.close()));
  });
  return async (options: Partial<SimulatorOptions> = {}): Promise<BitbucketSimulator> => {
    const people = [makePerson('jdoe', 7), makePerson('Jane@example', 8)];
    const simulator = await startBitbucketSimulator({ people, ...options });
    running.push(simulator);
    return simulator;
  };
}

/** A GET that does not follow redirects, with a bearer token when there is one. */
export function get(simulator: BitbucketSimulator, path: string, token?: string) {
  return fetch(`${simulator.baseUrl}${path}`, {
    redirect: 'manual',
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
}

/** JSON of an answer whose shape the test knows. */
export async function json(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

/** The request of a browser for the authorize resource; `undefined` removes a parameter. */
export function authorizePath(params: Record<string, string | undefined> = {}): string {
  const all = {
    client_id: 'backstage',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'PUBLIC_REPOS',
    state: 'abc123',
    ...params,
  };
  const given = Object.entries(all).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return `/rest/oauth2/latest/authorize?${new URLSearchParams(given)}`;
}

/** A POST to the token resource with the default client. */
export function postToken(
  simulator: BitbucketSimulator,
  params: Record<string, string>,
  headers: Record<string, string> = {},
) {
  return fetch(`${simulator.baseUrl}/rest/oauth2/latest/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      client_id: 'backstage',
      client_secret: 'backstage-secret',
      ...params,
    }),
  });
}

/** Parameters that turn a code into tokens. */
export function exchange(code: string, more: Record<string, string> = {}) {
  return { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...more };
}

/** Where the server says who a token belongs to. */
export const WHO_AM_I = '/rest/api/latest/application-properties';

/** A request of somebody who is signed in. */
export function ask(simulator: BitbucketSimulator, path = WHO_AM_I) {
  return get(simulator, path, simulator.issueTokens('jdoe').accessToken);
}

export function refresh(simulator: BitbucketSimulator, refreshToken: string) {
  return postToken(simulator, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

/** A recorded answer of Bitbucket. */
export function recorded(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, '../../../fixtures/payloads', name), 'utf8'));
}

/** Where a 302 leads to. */
export async function locationOf(pending: Promise<Response>): Promise<URL> {
  const response = await pending;
  expect(response.status).toBe(302);
  return new URL(response.headers.get('location') ?? '');
}
