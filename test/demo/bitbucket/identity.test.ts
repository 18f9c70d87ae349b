import { get, json, makePerson, recorded, useSimulators } from './support';

const start = useSimulators();
const API = '/rest/api/latest';

describe('identity', () => {
  it('is on every authenticated answer, a 404 included, percent-encoded', async () => {
    const simulator = await start();
    const { accessToken } = simulator.issueTokens('Jane@example');
    for (const [path, status] of [
      [`${API}/application-properties`, 200],
      ['/rest/api/1.0/users', 200],
      [`${API}/users/nobody`, 404],
      [`${API}/no/such/resource`, 404],
      ['/plugins/servlet/applinks/whoami', 200],
    ] as const) {
      const response = await get(simulator, path, accessToken);
      expect([path, response.status]).toEqual([path, status]);
      expect(response.headers.get('x-ausername')).toBe('Jane%40example');
      expect(response.headers.get('x-auserid')).toBe('8');
    }
  });

  it('is missing for nobody and for a dead token, while application-properties answers 200', async () => {
    const simulator = await start();
    for (const token of [undefined, 'expired']) {
      const response = await get(simulator, `${API}/application-properties`, token);
      expect(response.status).toBe(200);
      expect(response.headers.has('x-ausername')).toBe(false);
      expect(response.headers.has('x-auserid')).toBe(false);
      expect(await json(response)).toMatchObject({ version: '9.4.0', buildNumber: '9004000' });
    }
  });

  it.each([`${API}/users`, `${API}/users/jdoe`, `${API}/admin/users`, '/rest/oauth2/1.0/client'])(
    'is needed for %s: 401 with the body of a live server',
    async path => {
      const response = await get(await start(), path);
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(await json(response)).toEqual(recorded('error-401-anonymous-10.4.2.json'));
    },
  );

  it('makes a legal header of any name', async () => {
    const names = ['a/b,c', 'line\r\nbreak', '\u202eevil', '\ud800', '名前', 'x'.repeat(2000)];
    const people = names.map((name, index) => makePerson(name, index));
    const simulator = await start({ people });
    for (const name of names) {
      const { accessToken } = simulator.issueTokens(name);
      const { headers } = await get(simulator, `${API}/application-properties`, accessToken);
      expect(headers.get('x-ausername')).toMatch(/^[\w%!'()*.~-]+$/);
      expect(decodeURIComponent(headers.get('x-ausername') ?? '')).toBe(
        name === '\ud800' ? '\ufffd' : name,
      );
    }
  });

  it('can be proved with a service token or a password as well', async () => {
    const person = { ...makePerson('jdoe', 7), password: 'open sesame' };
    const simulator = await start({ people: [person], serviceTokens: { 'service-token': 'jdoe' } });
    expect((await get(simulator, `${API}/users`, 'service-token')).status).toBe(200);
    const basic = (password: string) =>
      fetch(`${simulator.baseUrl}${API}/users`, {
        headers: { authorization: `Basic ${Buffer.from(`jdoe:${password}`).toString('base64')}` },
      });
    expect((await basic('open sesame')).headers.get('x-ausername')).toBe('jdoe');
    const refused = await basic('wrong');
    expect(refused.status).toBe(401);
    expect(await json(refused)).toEqual(recorded('error-401-bad-credentials.json'));
  });
});

describe('applinks/whoami', () => {
  const WHOAMI = '/plugins/servlet/applinks/whoami';

  it('answers the name as text, or nothing, always 200', async () => {
    const simulator = await start();
    const mine = await get(simulator, WHOAMI, simulator.issueTokens('jdoe').accessToken);
    expect(mine.headers.get('content-type')).toMatch('text/plain');
    expect(await mine.text()).toBe('jdoe');
    const nobodys = await get(simulator, WHOAMI);
    expect([nobodys.status, await nobodys.text()]).toEqual([200, '']);
  });

  it.each([
    ['8.9.21', 200],
    ['8.9.22', 302],
    ['8.19.11', 200],
    ['8.19.12', 302],
    ['9.3.1', 200],
    ['9.4.0', 302],
    ['10.0.0', 302],
  ])('in %s answers an HTTP access token with %d', async (version, status) => {
    const simulator = await start({ version, serviceTokens: { t: 'jdoe' } });
    const response = await get(simulator, WHOAMI, 't');
    expect(response.status).toBe(status);
    const next = encodeURIComponent(WHOAMI);
    expect(response.headers.get('location')).toBe(status === 302 ? `/login?next=${next}` : null);
  });
});
