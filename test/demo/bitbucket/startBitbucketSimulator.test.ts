import { request } from 'node:http';
import { startBitbucketSimulator } from '../../../demo/bitbucket';
import { get, json, makePerson, redirectUri, useSimulators, WHO_AM_I } from './support';

const start = useSimulators();

describe('the server', () => {
  it.each(['', '/bitbucket', 'bitbucket', '/a/b/'])(
    'lives under the context path %p',
    async given => {
      const simulator = await start({ contextPath: given });
      const path = given === '' ? '' : `/${given.replace(/^\/|\/$/g, '')}`;
      expect(simulator.baseUrl).toBe(`http://127.0.0.1:${simulator.port}${path}`);
      expect((await get(simulator, WHO_AM_I)).status).toBe(200);
      const outside = await fetch(`http://127.0.0.1:${simulator.port}/other${WHO_AM_I}`);
      expect(outside.status).toBe(404);
      const home = await fetch(simulator.baseUrl);
      expect([home.status, await home.text()]).toEqual([200, expect.stringContaining('jdoe')]);
    },
  );

  it('fails clearly when the port is taken', async () => {
    const { port } = await start();
    await expect(startBitbucketSimulator({ people: [], port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('refuses options that cannot work', async () => {
    await expect(start({ serviceTokens: { t: 'nobody' } })).rejects.toThrow(
      "serviceTokens: the simulator knows no person named 'nobody'",
    );
    await expect(start({ clients: [] })).rejects.toThrow('clients:');
  });

  it('has an OAuth 2.0 provider from 7.20 on, and says so to a probe', async () => {
    const probe = '/rest/oauth2/1.0/client';
    expect((await get(await start({ version: '7.20.0' }), probe)).status).toBe(401);
    expect((await get(await start({ version: '7.19.9' }), probe)).status).toBe(404);
    const simulator = await start();
    const { accessToken } = simulator.issueTokens('jdoe');
    const refused = await get(simulator, probe, accessToken);
    expect(refused.status).toBe(401);
    expect(JSON.stringify(await json(refused))).toContain('AuthorisationException');
  });

  it('records every request in order and forgets them when told', async () => {
    const simulator = await start();
    const { accessToken } = simulator.issueTokens('jdoe');
    await get(simulator, '/rest/api/latest/users?filter=a%40b&limit=5', accessToken);
    const long = 'x'.repeat(50_000);
    await fetch(`${simulator.baseUrl}/rest/oauth2/latest/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: long }),
    });
    expect(simulator.requests).toMatchObject([
      {
        method: 'GET',
        path: '/rest/api/latest/users',
        query: { filter: 'a@b', limit: '5' },
        headers: { authorization: `Bearer ${accessToken}` },
        status: 200,
        routes: ['users'],
      },
      {
        method: 'POST',
        body: `grant_type=refresh_token&refresh_token=${long}`,
        status: 400,
        routes: ['refresh'],
      },
    ]);
    expect(simulator.counts).toMatchObject({ any: 2, users: 1, refresh: 1 });
    simulator.clearRequests();
    expect(simulator.requests).toEqual([]);
    expect(simulator.counts).toMatchObject({ any: 0, users: 0 });
  });

  it('survives a client that leaves in the middle of its request', async () => {
    const simulator = await start();
    await new Promise<void>(resolve => {
      const broken = request(`${simulator.baseUrl}/rest/oauth2/latest/token`, {
        method: 'POST',
        headers: { 'content-length': '1000' },
      });
      broken.on('error', () => undefined);
      broken.on('close', resolve);
      broken.write('half of it', () => broken.destroy());
    });
    expect((await get(simulator, WHO_AM_I)).status).toBe(200);
  });

  it('closes with idle keep-alive connections, and twice', async () => {
    const simulator = await start();
    await (await get(simulator, WHO_AM_I)).text();
    await simulator.close();
    await simulator.close();
    await expect(get(simulator, WHO_AM_I)).rejects.toThrow();
  });
});

describe('people that change while the server runs', () => {
  it('keeps the tokens of a renamed person, under the same id', async () => {
    const shared = makePerson('jdoe', 7);
    const simulator = await start({ people: [shared] });
    const { accessToken } = simulator.issueTokens('jdoe');
    simulator.updateUser('jdoe', { name: 'jroe', emailAddress: undefined });
    const { headers } = await get(simulator, WHO_AM_I, accessToken);
    expect([headers.get('x-ausername'), headers.get('x-auserid')]).toEqual(['jroe', '7']);
    const found = await json(await get(simulator, '/rest/api/latest/users/jdoe', accessToken));
    expect(found).not.toHaveProperty('emailAddress');
    expect(shared.user).toMatchObject({ name: 'jdoe', emailAddress: 'jdoe@corp.example' });
  });

  it('takes a removed person as nobody, a recreated one of that name included', async () => {
    const simulator = await start();
    const { accessToken } = simulator.issueTokens('jdoe');
    const { code } = simulator.authorize('jdoe', { redirectUri });
    expect(code).toBeTruthy();
    simulator.removePerson('jdoe');
    simulator.addPerson(makePerson('jdoe', 99));
    expect((await get(simulator, WHO_AM_I, accessToken)).headers.has('x-ausername')).toBe(false);
    const { accessToken: ofNew } = simulator.issueTokens('jdoe');
    expect((await get(simulator, WHO_AM_I, ofNew)).headers.get('x-auserid')).toBe('99');
  });

  it('still gives tokens to inactive and service accounts', async () => {
    const people = [
      makePerson('gone', 1, { active: false }),
      makePerson('bot', 2, { type: 'SERVICE' }),
    ];
    const simulator = await start({ people });
    for (const name of ['gone', 'bot']) {
      const { accessToken } = simulator.issueTokens(name);
      expect((await get(simulator, WHO_AM_I, accessToken)).headers.get('x-ausername')).toBe(name);
    }
  });

  it('says so when a test names somebody who is not there', async () => {
    const simulator = await start();
    expect(() => simulator.issueTokens('nobody')).toThrow("knows no person named 'nobody'");
    expect(() => simulator.updateUser('nobody', {})).toThrow("knows no person named 'nobody'");
    expect(() => simulator.removePerson('nobody')).toThrow("knows no person named 'nobody'");
  });
});
