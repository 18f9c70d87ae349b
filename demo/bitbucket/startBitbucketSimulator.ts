import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BitbucketSimulator } from './BitbucketSimulator';
import { createFaultSwitch } from './faults/createFaultSwitch';
import { createLatency } from './http/createLatency';
import { createRequestListener } from './http/createRequestListener';
import { createRequestLog } from './http/recordRequest';
import { authorizeDirectly, issueTokensDirectly } from './oauth/authorizeDirectly';
import type { SimulatorOptions } from './SimulatorOptions';
import { createWorld } from './World';

/**
 * Starts a Bitbucket Server on 127.0.0.1: its OAuth 2.0 provider and the REST resources about people, with the
 * habits of the real one that hurt clients, and switches for faults.
 *
 * @throws the error of `listen` when the port is taken (`EADDRINUSE`), and an Error for options that
 * contradict each other.
 */
export async function startBitbucketSimulator(
  options: SimulatorOptions,
): Promise<BitbucketSimulator> {
  const world = createWorld(options);
  const { people, grants } = world;
  const faults = createFaultSwitch();
  const log = createRequestLog();
  const latency = createLatency(options.latencyMs);
  const listen = createRequestListener(world, { faults, log, latency });
  const server = createServer((request, response) => {
    listen(request, response).catch((error: Error) => {
      // Loud, because to the client it looks like a reset that nobody asked for.
      process.emitWarning(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  const personNamed = (username: string) => {
    const person = people.byName(username);
    if (!person) {
      throw new Error(`The simulator knows no person named '${username}'`);
    }
    return person;
  };

  return {
    baseUrl: `http://127.0.0.1:${port}${world.contextPath}`,
    port,
    people: people.all,
    requests: log.requests,
    counts: log.counts,
    faults,
    setLatency: milliseconds => latency.set(milliseconds),
    clearRequests: () => log.clear(),
    arrived: (route, times = 1) => log.arrived(route, times),
    addPerson: person => people.add(person),
    updateUser: (username, patch) => people.update(username, patch),
    removePerson: username => people.remove(username),
    authorize: (username, request) => authorizeDirectly(world, personNamed(username), request),
    issueTokens: (username, scope) => issueTokensDirectly(world, personNamed(username), scope),
    revokeAll: () => grants.revokeAll(),
    close: () =>
      new Promise((resolve, reject) => {
        if (!server.listening) {
          resolve();
          return;
        }
        server.close(error => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
