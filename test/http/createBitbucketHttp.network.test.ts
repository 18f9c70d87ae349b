import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBitbucketHttp } from '../../src/http';

/** The same rules over real sockets, with the global fetch. */
describe('createBitbucketHttp over the network', () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  it('closes the connection of a caller who goes away', async () => {
    const controller = new AbortController();
    const closed = new Promise<void>(resolve => {
      answer = (_request, response) => {
        response.on('close', () => resolve());
        controller.abort();
      };
    });
    const work = createBitbucketHttp().getJson(url, { signal: controller.signal });
    await expect(work).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
    await closed;
  });

  it('stops reading a body that is too large', async () => {
    const closed = new Promise<void>(resolve => {
      answer = (_request, response) => {
        response.on('close', () => resolve());
        response.writeHead(200, { 'content-type': 'application/json' });
        const write = (): void => {
          // As long as the other side takes it.
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          response.once('drain', write);
        };
        write();
      };
    });
    const work = createBitbucketHttp({ maxBytes: 100_000 }).getJson(url);
    await expect(work).rejects.toMatchObject({ code: 'BITBUCKET_RESPONSE_TOO_LARGE' });
    await closed;
  });

  it('does not follow a redirect', async () => {
    const paths: unknown[] = [];
    answer = (request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/login' }).end();
    };
    await expect(createBitbucketHttp().getJson(url)).rejects.toMatchObject({
      code: 'BITBUCKET_REDIRECTED',
    });
    expect(paths).toEqual(['/']);
  });

  it('ends by its own clock', async () => {
    answer = () => undefined;
    await expect(createBitbucketHttp({ timeoutMs: 20 }).getJson(url)).rejects.toMatchObject({
      code: 'BITBUCKET_TIMEOUT',
    });
  });
});
