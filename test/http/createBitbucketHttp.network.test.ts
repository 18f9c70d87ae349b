import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
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

  afterEach(() => jest.restoreAllMocks());

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

  describe.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('with a body in %s', (encoding, compress) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    const text = JSON.stringify({ access_token: 'x'.repeat(1_000) });

    it('reads it', async () => {
      answer = (_request, response) => response.writeHead(200, headers).end(compress(text));
      expect((await createBitbucketHttp().getJson(url)).json).toEqual(JSON.parse(text));
    });

    it('that is broken says so, and asks once more', async () => {
      let requests = 0;
      answer = (_request, response) => {
        requests += 1;
        const body = compress(text);
        response
          .writeHead(200, headers)
          .end(Buffer.concat([body.subarray(0, 2), Buffer.alloc(40, 0xff)]));
      };
      jest.spyOn(Math, 'random').mockReturnValue(0);
      const http = createBitbucketHttp();
      await expect(http.getJson(url)).rejects.toMatchObject({
        code: 'BITBUCKET_RESPONSE_INVALID',
        detail: expect.stringContaining('with a body that cannot be decompressed'),
      });
      expect(requests).toBe(3);
    });
  });

  it('takes a whole JSON although its length was said to be greater', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
      response.write('{"access_token":"A"}', () => response.destroy());
    };
    const http = createBitbucketHttp({ retries: 0 });
    expect((await http.postForm(url, {})).json).toEqual({ access_token: 'A' });
    expect((await http.getJson(url)).json).toEqual({ access_token: 'A' });
  });

  it('finds a server on IPv6', async () => {
    const onIpv6 = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>(resolve => onIpv6.listen(0, '::1', resolve));
    const { port } = onIpv6.address() as AddressInfo;
    const { json } = await createBitbucketHttp().getJson(`http://[::1]:${port}/`);
    expect(json).toEqual({});
    onIpv6.closeAllConnections();
    await new Promise(resolve => onIpv6.close(resolve));
  });

  it('ends by its own clock', async () => {
    answer = () => undefined;
    await expect(
      createBitbucketHttp({ timeout: { milliseconds: 20 } }).getJson(url),
    ).rejects.toMatchObject({
      code: 'BITBUCKET_TIMEOUT',
    });
  });
});
