import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const tls = join(__dirname, '../../fixtures/tls');

/** For `NODE_EXTRA_CA_CERTS` of those who come through a door with TLS. */
export const doorCertificate = join(tls, 'localhost.crt');

export interface DoorOptions {
  /** Where requests are passed on to, over http. */
  readonly target: string;
  readonly tls: boolean;
  /** Asked at each request: milliseconds until it is passed on. */
  readonly latency: () => number;
}

/** The way to a server: passes requests on, after a latency, and counts them. */
export interface Door {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Requests since the last call. */
  take(): number;
  /** Requests that are not answered yet. */
  underWay(): number;
  /** A door that is closed ends each connection without an answer. */
  setOpen(open: boolean): void;
}

/** Starts a {@link Door} that is open for as long as the process runs. */
export async function startDoor({ target, tls: withTls, latency }: DoorOptions): Promise<Door> {
  // As many connections as a server has workers. They end before the server would end them.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 100, timeout: 4000 });
  let count = 0;
  let underWay = 0;
  let isOpen = true;
  const pass: RequestListener = (incoming, answer) => {
    count += 1;
    underWay += 1;
    answer.once('close', () => (underWay -= 1));
    if (!isOpen) {
      answer.destroy();
      return;
    }
    const { method, url = '/' } = incoming;
    const headers = withoutConnection(incoming.headers);
    const forward = () => {
      const request = http.request(new URL(url, target), { method, headers, agent }, response => {
        answer.writeHead(response.statusCode ?? 502, withoutConnection(response.headers));
        response.pipe(answer);
      });
      request.once('error', error => answer.destroy(error));
      // Whoever gives up asking gives up here too, so that the server behind is not asked in vain.
      answer.once('close', () => answer.writableFinished || request.destroy());
      incoming.pipe(request);
    };
    const wait = latency();
    if (wait > 0) setTimeout(forward, wait);
    else forward();
  };
  const server = withTls
    ? https.createServer(
        {
          cert: readFileSync(doorCertificate),
          key: readFileSync(join(tls, 'localhost.key')),
        },
        pass,
      )
    : http.createServer(pass);
  server.keepAliveTimeout = 75_000;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', 4096, resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
    underWay: () => underWay,
    setOpen(open) {
      isOpen = open;
    },
  };
}

/** Without the headers that are about one connection. */
function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, 'keep-alive': __, ...rest } = headers;
  return rest;
}
