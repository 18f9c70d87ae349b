import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { BitbucketSimulator, Fault } from '../../../demo/bitbucket';
import {
  exchange,
  get,
  json,
  makePerson,
  postToken,
  redirectUri,
  useSimulators,
  WHO_AM_I,
} from './support';

const start = useSimulators();
const USERS = '/rest/api/latest/users';

async function ask(simulator: BitbucketSimulator, path = WHO_AM_I) {
  return get(simulator, path, simulator.issueTokens('jdoe').accessToken);
}

/** The bytes of an answer as they are on the wire, and the packets that they came in. */
async function askRaw(simulator: BitbucketSimulator) {
  const socket = connect(simulator.port, '127.0.0.1');
  const packets: Buffer[] = [];
  socket.on('data', packet => packets.push(packet));
  socket.write(`GET ${WHO_AM_I} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  const all = Buffer.concat(packets);
  const end = all.indexOf('\r\n\r\n');
  return { head: all.subarray(0, end).toString(), body: all.subarray(end + 4), packets };
}

describe('tokens that are not as documented', () => {
  const cases: [string, Fault, object][] = [
    ['no expires_in', { patch: { expires_in: undefined } }, {}],
    ['an expires_in that is a text', { patch: { expires_in: 'soon' } }, { expires_in: 'soon' }],
    ['an empty scope', { patch: { scope: '' } }, { scope: '' }],
    ['another token_type', { patch: { token_type: 'mac' } }, { token_type: 'mac' }],
    ['no token_type', { patch: { token_type: undefined } }, {}],
  ];
  it.each(cases)('%s', async (_name, fault, expected) => {
    const simulator = await start();
    simulator.faults.set('token', fault);
    const { code } = simulator.authorize('jdoe', { redirectUri });
    const tokens = await json(await postToken(simulator, exchange(code)));
    const { access_token, ...others } = tokens;
    expect(others).toMatchObject(expected);
    for (const key of Object.keys(fault.patch ?? {})) {
      expect(key in others).toBe(key in expected);
    }
    const whoami = await get(simulator, WHO_AM_I, String(access_token));
    expect(whoami.headers.get('x-ausername')).toBe('jdoe');
  });

  it('a wrong content type', async () => {
    const simulator = await start();
    simulator.faults.set('token', { headers: { 'Content-Type': 'text/html' } });
    const { code } = simulator.authorize('jdoe', { redirectUri });
    const response = await postToken(simulator, exchange(code));
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await json(response)).toHaveProperty('access_token');
  });
});

describe('lists that mislead', () => {
  it('an empty one', async () => {
    const simulator = await start();
    simulator.faults.set('users', { patch: { values: [], size: 0, isLastPage: true } });
    const page = await json(await ask(simulator, `${USERS}?filter=jdoe`));
    expect(page).toMatchObject({ values: [], size: 0, isLastPage: true });
  });

  it('one whose pages never end', async () => {
    const simulator = await start({ people: [makePerson('jdoe', 1), makePerson('ann', 2)] });
    simulator.faults.set('users', { patch: { isLastPage: false, nextPageStart: 0 } });
    for (const startAt of [0, 1]) {
      const page = await json(await ask(simulator, `${USERS}?start=${startAt}`));
      expect(page).toMatchObject({ start: startAt, isLastPage: false, nextPageStart: 0 });
    }
  });

  it('a patch is refused where there is no object to patch', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { json: [], patch: { a: 1 } });
    const response = await ask(simulator);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('is for answers that are a JSON object');
  });
});

describe('what a proxy answers', () => {
  it.each([408, 418, 425, 502, 507])('%d, from the server or from a proxy', async status => {
    const simulator = await start();
    simulator.faults.set('whoami', { status });
    const own = await ask(simulator);
    expect(own.status).toBe(status);
    expect(await json(own)).toHaveProperty('errors');
    simulator.faults.set('whoami', { htmlStatus: status });
    const page = await ask(simulator);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      status,
      'text/html;charset=UTF-8',
    ]);
  });

  it('a maintenance page that names the end of the maintenance', async () => {
    const simulator = await start();
    const end = new Date(Date.UTC(2026, 0, 1)).toUTCString();
    simulator.faults.set('any', { htmlStatus: 503, headers: { 'Retry-After': end } });
    const response = await ask(simulator);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, end]);
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });
});

describe('a body that does not arrive as it should', () => {
  it('ends before the length that was promised', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { extraLength: 7 });
    const { head, body } = await askRaw(simulator);
    expect(JSON.parse(body.toString())).toMatchObject({ version: '9.4.0' });
    expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBe(body.length + 7);
    const response = await ask(simulator);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('is whole, but the connection dies before the transfer has ended', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { cut: 'after-body' });
    const { head, body } = await askRaw(simulator);
    expect(head).toMatch(/transfer-encoding: chunked/i);
    expect(body.toString()).toMatch(/\}\r\n$/);
    const response = await ask(simulator);
    await expect(response.text()).rejects.toThrow();
  });

  it('comes compressed', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { gzip: true });
    expect(await json(await ask(simulator))).toMatchObject({ version: '9.4.0' });
    expect((await askRaw(simulator)).head).toMatch(/content-encoding: gzip/i);
  });

  it('comes compressed and broken', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { gzip: 'broken' });
    const { head, body } = await askRaw(simulator);
    expect(head).toMatch(/content-encoding: gzip/i);
    expect(() => gunzipSync(body)).toThrow();
    const response = await ask(simulator);
    await expect(response.text()).rejects.toThrow();
  });

  it('comes in pieces that cut a letter in two', async () => {
    const simulator = await start({ version: '9.4.0' });
    simulator.updateUser('jdoe', { displayName: 'Ünïcödé' });
    simulator.faults.set('any', { pieces: 1 });
    expect(await json(await ask(simulator, `${USERS}/jdoe`))).toMatchObject({
      displayName: 'Ünïcödé',
    });
    const { packets, body } = await askRaw(simulator);
    expect(JSON.parse(body.toString())).toMatchObject({ version: '9.4.0' });
    expect(packets.length).toBeGreaterThan(1);
  });
});
