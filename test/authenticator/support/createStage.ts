import type { JsonObject } from '@backstage/types';
import { startBitbucketSimulator } from '../../../demo/bitbucket';
import type { BitbucketSimulator, SimulatorOptions } from '../../../demo/bitbucket';
import {
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../../src/authenticator';
import type {
  BitbucketServerAuthenticatorOptions,
  ProviderEnvironmentOptions,
  SessionEvent,
} from '../../../src/authenticator';
import { allow } from './allow';
import type { Browser } from './createBrowser';
import { createFakeClock } from './createFakeClock';
import type { FakeClock } from './createFakeClock';
import { createLogSpy } from './createLogSpy';
import { jane } from './people';
import { signInByUsername, startAuthBackend } from './startAuthBackend';
import type { AuthBackend } from './startAuthBackend';

export const link = { clientId: 'backstage', clientSecret: 'planted-client-secret' };
export const refreshCookie = 'bitbucketServer-refresh-token';

export interface Replica extends AuthBackend {
  /** What the authenticator has told of its sessions. */
  readonly events: SessionEvent[];
}

export interface Stage {
  readonly simulator: BitbucketSimulator;
  /** That of all replicas; waits of up to a second end at once. */
  readonly clock: FakeClock;
  readonly startReplica: (options?: ReplicaOptions) => Promise<Replica>;
  /** A browser in which Jane has signed in. Nothing is counted of it. */
  readonly signIn: (backend: AuthBackend, query?: Record<string, string>) => Promise<Browser>;
  /** The same browser in another tab or at another replica: it has the cookies of the first. */
  readonly join: (backend: AuthBackend, from: Browser) => Browser;
  readonly close: () => Promise<void>;
}

export interface ReplicaOptions extends Partial<ProviderEnvironmentOptions> {
  readonly options?: BitbucketServerAuthenticatorOptions;
  readonly config?: JsonObject;
}

/** A Bitbucket with Jane, and as many backends as a test wants. */
export async function createStage(options: Partial<SimulatorOptions> = {}): Promise<Stage> {
  const simulator = await startBitbucketSimulator({
    people: [{ user: jane }],
    clients: [{ ...link, redirectUris: [], scopes: ['REPO_WRITE'] }],
    ...options,
  });
  const clock = createFakeClock({ skipMs: 1_000 });
  const started: AuthBackend[] = [];
  return {
    simulator,
    clock,

    async startReplica({ options: authenticatorOptions, config, ...parts } = {}) {
      const events: SessionEvent[] = [];
      const log = createLogSpy();
      const backend = await startAuthBackend(
        { development: { ...link, baseUrl: simulator.baseUrl, ...config } },
        createBitbucketServerProviderFactory({
          createOptions: () => ({
            authenticator: createBitbucketServerAuthenticator({
              ...clock,
              logger: log.logger,
              onSessionEvent: event => events.push(event),
              ...authenticatorOptions,
            }),
            signInResolver: signInByUsername,
            ...parts,
          }),
        }),
        log,
      );
      started.push(backend);
      return { ...backend, events };
    },

    async signIn(backend, query) {
      const browser = backend.createBrowser();
      const page = await browser.start(query);
      const session = await browser.comeBack(allow(simulator, jane.name, page));
      if (session.error) throw new Error(session.error.message);
      simulator.clearRequests();
      backend.log.lines.length = 0;
      return browser;
    },

    join(backend, from) {
      const browser = backend.createBrowser();
      for (const [name, cookie] of from.cookies) browser.cookies.set(name, cookie);
      return browser;
    },

    async close() {
      for (const backend of started.splice(0)) await backend.stop();
      await simulator.close();
    },
  };
}
