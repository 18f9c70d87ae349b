import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequestSignal } from '../../src/authenticator/createRequestSignal';

describe('createRequestSignal', () => {
  let server: Server;
  let url: string;
  let handle: (request: IncomingMessage & { res: ServerResponse }) => void;

  beforeAll(async () => {
    server = createServer((request, response) => handle(Object.assign(request, { res: response })));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  it('fires when the browser goes away before its answer', async () => {
    const browser = new AbortController();
    const fired = new Promise<void>(resolve => {
      handle = request => {
        createRequestSignal(request)!.addEventListener('abort', () => resolve());
        browser.abort();
      };
    });
    await expect(fetch(url, { signal: browser.signal })).rejects.toThrow();
    await fired;
  });

  it('does not fire after the answer, nor when only the request has ended', async () => {
    let signal: AbortSignal | undefined;
    const closed = new Promise<void>(resolve => {
      handle = request => {
        signal = createRequestSignal(request);
        request.res.once('close', () => resolve());
        request.resume().once('end', () => {
          expect(signal!.aborted).toBe(false);
          request.res.end('done');
        });
      };
    });
    await fetch(url, { method: 'POST', body: 'x' });
    await closed;
    expect(signal!.aborted).toBe(false);
  });

  it('has fired already when the browser was gone before', async () => {
    const signal = await new Promise<AbortSignal | undefined>(resolve => {
      handle = request => {
        request.res.once('close', () => resolve(createRequestSignal(request)));
        request.res.destroy();
      };
      fetch(url).catch(() => undefined);
    });
    expect(signal!.aborted).toBe(true);
  });

  it('is none without a response to watch', () => {
    expect(createRequestSignal({} as IncomingMessage)).toBeUndefined();
  });
});
