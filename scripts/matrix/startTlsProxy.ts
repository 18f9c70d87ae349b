import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const folder = join(__dirname, '../../fixtures/tls');

/** File of the certificate that the proxy shows, for `NODE_EXTRA_CA_CERTS`. */
export const tlsCertificate = join(folder, 'localhost.crt');

/** A server that speaks https and passes everything on to a server that does not. */
export interface TlsProxy {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  close(): Promise<void>;
}

/** Starts a {@link TlsProxy} in front of `target`, a URL without a path. */
export async function startTlsProxy(target: string): Promise<TlsProxy> {
  const server = createServer(
    { cert: readFileSync(tlsCertificate), key: readFileSync(join(folder, 'localhost.key')) },
    (incoming, answer) => {
      const { method, headers, url = '/' } = incoming;
      const outgoing = request(new URL(url, target), { method, headers }, response => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      outgoing.once('error', error => answer.destroy(error));
      incoming.pipe(outgoing);
    },
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close(error => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
