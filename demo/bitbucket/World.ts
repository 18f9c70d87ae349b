import { createGrantStore } from './oauth/createGrantStore';
import type { GrantStore } from './oauth/GrantStore';
import { createPeople, type People } from './people/createPeople';
import type { OAuthClient, SimulatorOptions } from './SimulatorOptions';

/** Everything that handlers share. */
export interface World {
  readonly people: People;
  readonly grants: GrantStore;
  readonly clients: readonly OAuthClient[];
  readonly serviceTokens: ReadonlyMap<string, string>;
  /** Empty, or with a slash in front and none at the end. */
  readonly contextPath: string;
  readonly requirePkce: boolean;
  readonly version: string;
  readonly now: () => number;
}

const defaultClient: OAuthClient = {
  clientId: 'backstage',
  clientSecret: 'backstage-secret',
  redirectUris: [],
  scopes: ['PUBLIC_REPOS'],
};

/**
 * Fills in the defaults.
 *
 * @throws Error when the list of clients is empty, or a service token belongs to nobody.
 */
export function createWorld(options: SimulatorOptions): World {
  const { now = Date.now, clients = [defaultClient], contextPath = '' } = options;
  const people = createPeople(options.people);
  const serviceTokens = new Map(Object.entries(options.serviceTokens ?? {}));
  if (clients.length === 0) {
    throw new Error('clients: at least one OAuth client is needed');
  }
  for (const username of serviceTokens.values()) {
    if (!people.byName(username)) {
      throw new Error(`serviceTokens: the simulator knows no person named '${username}'`);
    }
  }
  return {
    people,
    serviceTokens,
    clients,
    grants: createGrantStore(now, options.refreshTokenReuse),
    contextPath: contextPath.replace(/^\/*(?=[^/])/, '/').replace(/\/+$/, ''),
    requirePkce: options.requirePkce ?? false,
    version: options.version ?? '9.4.0',
    now,
  };
}
