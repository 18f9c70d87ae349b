import { startBitbucketSimulator } from '../../../demo/bitbucket';
import type { BitbucketSimulator, RouteName } from '../../../demo/bitbucket';
import type { SessionMessage } from '../support/createBrowser';
import { createNamesakes, jane } from '../support/people';
import { faults, isSlow } from './faults';
import type { FaultName } from './faults';
import { deferred } from '../../support/controlled';

export const link = { clientId: 'backstage', clientSecret: 'planted-client-secret' };

/** A username that upstream's module can read too. */
export const person = { ...jane, name: 'jdoe', slug: 'jdoe' };

/** Somebody whose slug nobody can guess, on the second page of a search. */
export const hidden = { ...jane, id: 102, name: 'rroe', slug: 'chosen-by-bitbucket' };

/** Fills the first page of a search, so that the person is on the second. */
const firstPage = 1_000;

export function startSimulator(): Promise<BitbucketSimulator> {
  return startBitbucketSimulator({
    people: [{ user: person }, ...createNamesakes(hidden.name, firstPage), { user: hidden }],
    clients: [{ ...link, redirectUris: [], scopes: ['PUBLIC_REPOS'] }],
  });
}

export interface WithFaultOptions<T> {
  readonly simulator: BitbucketSimulator;
  readonly route: RouteName;
  readonly fault: FaultName;
  readonly work: () => Promise<T>;
  /** Called when the slow call has begun: lets time pass, or gives up. */
  readonly onSlow: () => void;
}

/** Does some work while one call of Bitbucket goes wrong, and everything is well again afterwards. */
export async function withFault<T>(options: WithFaultOptions<T>): Promise<T> {
  const { simulator, route, fault } = options;
  const { promise: slow, resolve: release } = deferred();
  simulator.clearRequests();
  simulator.faults.set(route, faults[fault](slow));
  try {
    const work = options.work();
    if (isSlow(fault)) {
      await Promise.race([simulator.arrived(route), work]);
      options.onSlow();
    }
    return await work;
  } finally {
    simulator.faults.clear();
    release();
  }
}

/** The code of a refusal, without the part of its text that changes. */
export function readRefusal(session: SessionMessage): { code?: string; text?: string } {
  const { message = '' } = session.error ?? {};
  const [, text, code] = /^(.*) \((\w+), reference [0-9A-Z-]+\)$/s.exec(message) ?? [];
  return { code, text };
}

/** Everything in the requests of a simulator that must stay secret. */
export function secretsOf({ requests }: BitbucketSimulator): string[] {
  const secrets = requests.flatMap(({ body, headers }) => {
    const fields = new URLSearchParams(body);
    const names = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
    return [...names.map(name => fields.get(name)), headers.authorization?.replace(/^Bearer /, '')];
  });
  return [...new Set(secrets.filter((secret): secret is string => Boolean(secret)))];
}
