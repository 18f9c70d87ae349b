import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import { bitbucketUser, known } from './people';
import { serveParent } from './processes';
import { startDoor } from './startDoor';
import type { Door } from './startDoor';

/** Milliseconds in front of both servers. */
export interface Latency {
  readonly bitbucket: number;
  readonly catalog: number;
}

export interface Requests {
  readonly bitbucket: number;
  readonly catalog: number;
}

export interface Reachable {
  readonly bitbucket: boolean;
  readonly catalog: boolean;
}

let latency: Latency = { bitbucket: 0, catalog: 0 };
let simulator: BitbucketSimulator;
const doors = new Map<string, { readonly bitbucket: Door; readonly catalog: Door }>();

const handlers = {
  /** Starts Bitbucket; answers where the browsers of the bench find it, without any latency. */
  async start(): Promise<string> {
    // Time stands still: a code lives for ten seconds, and a crowd may wait longer for its turn.
    const now = Date.now();
    simulator = await startBitbucketSimulator({ people: [], now: () => now });
    return simulator.baseUrl;
  },

  /** Opens doors for one auth backend, so that its requests are counted on their own. */
  async openDoors({ name, catalog }: { name: string; catalog: string }) {
    const opened = {
      bitbucket: await startDoor({
        target: simulator.baseUrl,
        tls: true,
        latency: () => latency.bitbucket,
      }),
      catalog: await startDoor({ target: catalog, tls: false, latency: () => latency.catalog }),
    };
    doors.set(name, opened);
    return { bitbucket: opened.bitbucket.host, catalog: opened.catalog.host };
  },

  setLatency(next: Latency): void {
    latency = next;
  },

  /** Makes these the only accounts of Bitbucket; those before them are gone with their tokens. */
  setPeople({ first, count }: { first: number; count: number }): void {
    for (const { user } of [...simulator.people]) simulator.removePerson(String(user.name));
    for (let index = first; index < first + count; index += 1) {
      simulator.addPerson({ user: bitbucketUser(known(index)) });
    }
    simulator.revokeAll();
    simulator.clearRequests();
  },

  takeRequests(name: string): Requests {
    const { bitbucket, catalog } = doors.get(name)!;
    return { bitbucket: bitbucket.take(), catalog: catalog.take() };
  },

  /** Says which of both servers an auth backend reaches. */
  setOpen({ name, bitbucket, catalog }: { name: string } & Reachable): void {
    const pair = doors.get(name)!;
    pair.bitbucket.setOpen(bitbucket);
    pair.catalog.setOpen(catalog);
  },

  underWay(name: string): number {
    const { bitbucket, catalog } = doors.get(name)!;
    return bitbucket.underWay() + catalog.underWay();
  },
};

export type NetworkHandlers = typeof handlers;

serveParent(handlers);
