import type { Fault, RouteName } from '../../../demo/bitbucket';
import {
  ask,
  exchange,
  json,
  postToken,
  redirectUri,
  refresh,
  useSimulators,
  WHO_AM_I,
} from './support';

const start = useSimulators();

describe('where a fault strikes', () => {
  const USERS = '/rest/api/latest/users';
  const routes: [RouteName, string][] = [
    ['whoami', WHO_AM_I],
    ['applinks-whoami', '/plugins/servlet/applinks/whoami'],
    ['users', USERS],
    ['users-page-2', `${USERS}?start=1`],
    ['user', `${USERS}/jdoe`],
    ['admin-users', '/rest/api/latest/admin/users'],
    ['admin-users-page-2', '/rest/api/latest/admin/users?start=1'],
    ['avatar', '/users/jdoe/avatar.png'],
    ['authorize', '/rest/oauth2/latest/authorize'],
    ['any', '/status'],
  ];
  it.each(routes)('hits the route %s', async (route, path) => {
    const simulator = await start();
    simulator.faults.set(route, { status: 503 });
    expect((await ask(simulator, path)).status).toBe(503);
    expect(simulator.requests.at(-1)).toMatchObject({ status: 503 });
    expect(simulator.counts[route]).toBe(1);
    simulator.faults.clear();
    expect((await ask(simulator, path)).status).not.toBe(503);
  });

  it('leaves page 1 alone when page 2 is broken', async () => {
    const simulator = await start();
    simulator.faults.set('users-page-2', { status: 500 });
    expect((await ask(simulator, USERS)).status).toBe(200);
    expect((await ask(simulator, `${USERS}?start=1`)).status).toBe(500);
  });

  it('tells the exchange of a code from a refresh', async () => {
    const simulator = await start();
    simulator.faults.set('refresh', { status: 503 });
    const { code } = simulator.authorize('jdoe', { redirectUri });
    expect((await postToken(simulator, exchange(code))).status).toBe(200);
    expect((await refresh(simulator, 'x')).status).toBe(503);
  });

  it('hits as many requests as told, then the server is well again', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { status: 500 }, { times: 2 });
    const statuses = [await ask(simulator), await ask(simulator), await ask(simulator)];
    expect(statuses.map(({ status }) => status)).toEqual([500, 500, 200]);
  });

  it('clears one route without the others', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { status: 500 });
    simulator.faults.set('users', { status: 500 });
    simulator.faults.clear('whoami');
    expect((await ask(simulator)).status).toBe(200);
    expect((await ask(simulator, USERS)).status).toBe(500);
  });
});

describe('what a fault answers', () => {
  it.each([401, 403, 404, 429, 500, 503])(
    'a %d of REST has a Bitbucket error body',
    async status => {
      const simulator = await start();
      simulator.faults.set('whoami', { status });
      const response = await ask(simulator);
      expect(response.status).toBe(status);
      const { errors } = await json(response);
      expect(errors).toEqual([expect.objectContaining({ message: expect.any(String) })]);
      expect(response.headers.has('x-ausername')).toBe([403, 404, 500].includes(status));
    },
  );

  it.each([
    [400, 'invalid_grant'],
    [401, 'invalid_client'],
    [500, 'server_error'],
    [503, 'temporarily_unavailable'],
  ])('a %d of the token endpoint says %s', async (status, error) => {
    const simulator = await start();
    simulator.faults.set('token', { status });
    const response = await postToken(simulator, exchange('x'));
    expect([response.status, await json(response)]).toEqual([
      status,
      { error, error_description: expect.any(String) },
    ]);
  });

  const answers: [string, Fault, number, RegExp][] = [
    ['a body of its own', { status: 409, body: 'no' }, 409, /^no$/],
    ['a JSON body of its own', { status: 409, body: { a: 1 } }, 409, /^\{"a":1\}$/],
    ['a login page', { html: true }, 200, /^<!doctype html>[^]*Log in/],
    ['a page of a proxy', { htmlStatus: 502 }, 502, /^<!doctype html>/],
    ['other JSON', { json: [null, { size: 'x' }] }, 200, /^\[null,\{"size":"x"\}\]$/],
  ];
  it.each(answers)('%s', async (_name, fault, status, body) => {
    const simulator = await start();
    simulator.faults.set('whoami', fault);
    const response = await ask(simulator);
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(body);
  });

  it('a limit with Retry-After', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { status: 429, headers: { 'Retry-After': '7' } });
    const response = await ask(simulator);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('a redirect to the login page that knows the way back', async () => {
    const simulator = await start({ contextPath: '/bitbucket' });
    simulator.faults.set('whoami', { redirectToLogin: true });
    const response = await ask(simulator);
    expect(response.status).toBe(302);
    const location = `/bitbucket/login?next=${encodeURIComponent(`/bitbucket${WHO_AM_I}`)}`;
    expect(response.headers.get('location')).toBe(location);
    expect((await fetch(new URL(location, simulator.baseUrl))).status).toBe(200);
  });

  it('an answer without identity', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { withoutIdentityHeaders: true });
    const response = await ask(simulator);
    expect(response.status).toBe(200);
    expect(response.headers.has('x-ausername')).toBe(false);
    expect(response.headers.has('x-auserid')).toBe(false);
  });

  it('half of the JSON under a matching length', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { cut: true });
    const response = await ask(simulator);
    const body = await response.text();
    expect(Number(response.headers.get('content-length'))).toBe(body.length);
    expect(body).toMatch(/^\{"version"/);
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
  });

  it('half of the JSON, then a dead connection', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { cut: 'connection' });
    const response = await ask(simulator);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('ten megabytes of right JSON, with and without a length', async () => {
    const simulator = await start();
    for (const chunked of [false, true]) {
      simulator.faults.set('whoami', { bytes: 10_000_000, chunked });
      const response = await ask(simulator);
      expect(response.headers.has('content-length')).toBe(!chunked);
      const body = await response.text();
      expect(body.length).toBeGreaterThan(10_000_000);
      expect(JSON.parse(body)).toMatchObject({ version: '9.4.0' });
    }
  });

  it('a reset connection', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { reset: true });
    await expect(ask(simulator)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(simulator.requests.at(-1)?.status).toBe(0);
  });
});
