import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Stands between the auth backend and the catalog. */
export interface CatalogGate {
  /** For `discovery.endpoints`. */
  readonly url: string;
  /** Answers 503 to the requests whose body or path says so, from now on; `undefined` ends it. */
  refuse(matches: RegExp | undefined): void;
  close(): Promise<void>;
}

/** Hands everything on to the catalog of the Backstage at `backendUrl`, unless told to refuse it. */
export async function startCatalogGate(backendUrl: string): Promise<CatalogGate> {
  let refused: RegExp | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    if (refused?.test(url) || refused?.test(body)) {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('The gate is closed.');
      return;
    }
    const answered = await fetch(`${backendUrl}${url}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: headers.authorization ?? '',
        'content-type': headers['content-type'] ?? 'application/json',
      },
      body: method === 'GET' ? undefined : body,
    });
    const contentType = answered.headers.get('content-type') ?? 'text/plain';
    response.writeHead(answered.status, { 'content-type': contentType });
    response.end(await answered.text());
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/catalog`,
    refuse(matches) {
      refused = matches;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
