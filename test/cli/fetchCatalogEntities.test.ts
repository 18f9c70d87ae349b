import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchCatalogEntities } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';

describe('the entities of a catalog', () => {
  let server: Server;
  let backendUrl: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let urls: URL[];

  beforeEach(async () => {
    urls = [];
    server = createServer((request, response) => {
      urls.push(new URL(request.url ?? '', 'http://catalog'));
      answer(request, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    backendUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  const send = (response: ServerResponse, body: unknown, status = 200, headers = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));

  const page = (names: string[], nextCursor?: string) => ({
    items: names.map(name => userEntity(name)),
    totalItems: 3,
    pageInfo: { nextCursor },
  });

  it('are read page after page by the cursor, with the token and no other', async () => {
    const tokens: (string | undefined)[] = [];
    answer = (request, response) => {
      tokens.push(request.headers.authorization);
      const second = urls.at(-1)!.searchParams.get('cursor') === 'two';
      send(response, second ? page(['b', 'c']) : page(['a', 'b'], 'two'));
    };
    const progress: number[][] = [];
    const { items, missing } = await fetchCatalogEntities({
      backendUrl,
      token: 'catalog-token',
      onProgress: (read, total) => progress.push([read, total]),
    });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(missing).toBeUndefined();
    expect(urls).toHaveLength(2);
    expect(urls[0]!.pathname).toBe('/api/catalog/entities/by-query');
    expect(tokens).toEqual(['Bearer catalog-token', 'Bearer catalog-token']);
    expect(progress.at(0)).toEqual([2, 3]);
  });

  it('are waited for when the catalog asks for time', async () => {
    answer = (_request, response) =>
      urls.length < 3
        ? send(response, {}, 429, { 'retry-after': '90' })
        : send(response, page(['a']));
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    expect((await fetchCatalogEntities({ backendUrl, sleep })).items).toHaveLength(1);
    expect(waits).toEqual([90_000, 90_000]);
  });

  it('are given up when the catalog stays busy', async () => {
    answer = (_request, response) => send(response, {}, 503);
    const sleep = async () => undefined;
    await expect(fetchCatalogEntities({ backendUrl, sleep })).rejects.toThrow(
      /cannot be read: it answered 503$/,
    );
    expect(urls).toHaveLength(6);
  });

  it('are not looked for where a login page is', async () => {
    answer = (_request, response) => response.writeHead(302, { location: '/login' }).end();
    await expect(fetchCatalogEntities({ backendUrl })).rejects.toThrow(/it answered 302$/);
    expect(urls).toHaveLength(1);
  });

  it('are those of before the interruption, and the rest is said to be missing', async () => {
    const controller = new AbortController();
    answer = (_request, response) => {
      if (urls.length === 1) send(response, page(['a', 'b'], 'two'));
      else controller.abort();
    };
    const { signal } = controller;
    const { items, missing } = await fetchCatalogEntities({ backendUrl, signal });
    expect(items).toHaveLength(2);
    expect(missing).toBe("the catalog's entities after the first 2 of 3");
  });
});
