import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { UnreachableName } from './expectations';

export interface UnreachableServer {
  readonly baseUrl: string;
  readonly close: () => Promise<void>;
}

const read = (name: string) => readFileSync(join(__dirname, '../../../fixtures/tls', name));
const certificate = (name: string) => ({ cert: read(`${name}.crt`), key: read(`${name}.key`) });
const answer = () => {
  throw new Error('nobody should get as far as this');
};

/** A server that Node cannot or will not talk to. */
export async function startUnreachable(name: UnreachableName): Promise<UnreachableServer> {
  switch (name) {
    case 'unknown name':
      return { baseUrl: 'http://bitbucket.invalid', close: async () => undefined };
    case 'closed port': {
      const server = await listen(createPlainServer(answer), 'http');
      await server.close();
      return { ...server, close: async () => undefined };
    }
    case 'not https':
      return listen(createPlainServer(answer), 'https');
    case 'unknown authority':
      return listen(createServer(certificate('localhost'), answer), 'https');
    case 'expired certificate':
      return trusted('expired');
    case 'certificate of another host':
      return trusted('other-host');
  }
}

async function listen(server: Server, scheme: string): Promise<UnreachableServer> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  };
}

/** As with `NODE_EXTRA_CA_CERTS`, which is read at the start of a process only. */
async function trusted(name: string): Promise<UnreachableServer> {
  const files = certificate(name);
  const server = await listen(createServer(files, answer), 'https');
  const connect = tls.connect;
  const spy = jest
    .spyOn(tls, 'connect')
    .mockImplementation(((options: tls.ConnectionOptions, ...rest: []) =>
      connect({ ...options, ca: files.cert }, ...rest)) as typeof tls.connect);
  return {
    ...server,
    async close() {
      spy.mockRestore();
      await server.close();
    },
  };
}
