import type { Fault } from '../../../demo/bitbucket';
import { deferred } from '../../support/controlled';
import { ask, get, makePerson, refresh, useSimulators } from './support';

const start = useSimulators();

describe('waiting', () => {
  it('holds the headers until the test lets go', async () => {
    const simulator = await start();
    const { promise, resolve: open } = deferred();
    simulator.faults.set('whoami', { hold: promise });
    let answered = false;
    const pending = ask(simulator).then(response => {
      answered = true;
      return response;
    });
    await simulator.arrived('whoami');
    // A second request that is answered proves that the first one had its time.
    await get(simulator, '/status');
    expect(answered).toBe(false);
    open();
    expect((await pending).headers.get('x-ausername')).toBe('jdoe');
  });

  it('holds the second half of the body until the test lets go', async () => {
    const simulator = await start();
    const { promise, resolve: open } = deferred();
    simulator.faults.set('whoami', { holdBody: promise });
    const response = await ask(simulator);
    const reader = response.body!.getReader();
    const first = Buffer.from((await reader.read()).value!).toString();
    expect(first).toMatch(/^\{"version"/);
    expect(first).not.toMatch(/\}$/);
    open();
    const rest = Buffer.from((await reader.read()).value!).toString();
    expect(JSON.parse(first + rest)).toMatchObject({ version: '9.4.0' });
  });

  it('delays headers and body by real time', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { delayHeadersMs: 30, delayBodyMs: 30 });
    const before = performance.now();
    const response = await ask(simulator);
    const headersAfter = performance.now() - before;
    await response.text();
    // Timers may fire a millisecond early.
    expect(headersAfter).toBeGreaterThan(28);
    expect(performance.now() - before).toBeGreaterThan(56);
  });

  it('does not keep close() waiting', async () => {
    const simulator = await start();
    simulator.faults.set('whoami', { hold: new Promise(() => undefined) });
    const outcome = expect(ask(simulator)).rejects.toThrow('fetch failed');
    await simulator.arrived('whoami');
    await simulator.close();
    await outcome;
  });
});

describe('latency', () => {
  it('holds every answer back, after the work is done', async () => {
    const simulator = await start({ latencyMs: 40 });
    const { refreshToken } = simulator.issueTokens('jdoe');
    const before = performance.now();
    const pending = refresh(simulator, refreshToken);
    await simulator.arrived('refresh');
    expect(simulator.counts.refreshes).toBe(1);
    expect((await pending).status).toBe(200);
    // Timers may fire a millisecond early.
    expect(performance.now() - before).toBeGreaterThan(38);
  });

  it('adds to the delay of a fault', async () => {
    const simulator = await start();
    simulator.setLatency(30);
    simulator.faults.set('whoami', { delayHeadersMs: 30 });
    const before = performance.now();
    await ask(simulator);
    expect(performance.now() - before).toBeGreaterThan(57);
  });

  it.each([-1, Infinity, NaN])('refuses %d', async milliseconds => {
    const simulator = await start();
    expect(() => simulator.setLatency(milliseconds)).toThrow(RangeError);
    await expect(start({ latencyMs: milliseconds })).rejects.toThrow('latencyMs must be');
  });
});

describe('whether the server did its work', () => {
  const cases: [string, boolean, Fault][] = [
    ['an error status', false, { status: 500 }],
    ['a page', false, { html: true }],
    ['a reset', false, { reset: true }],
    ['a reset after the work', true, { reset: true, processed: true }],
    ['an error status after the work', true, { status: 500, processed: true }],
    ['a cut answer', true, { cut: true }],
    ['a late answer', true, { delayHeadersMs: 1 }],
    ['a patched answer', true, { patch: { expires_in: 'soon' } }],
    ['broken gzip', true, { gzip: 'broken' }],
    ['an answer that promises more', true, { extraLength: 1 }],
    ['a huge answer', true, { bytes: 10 }],
  ];
  it.each(cases)('%s: the tokens are rotated = %s', async (_name, rotated, fault) => {
    const simulator = await start();
    const { refreshToken } = simulator.issueTokens('jdoe');
    simulator.faults.set('refresh', fault, { times: 1 });
    // Whether the answer can be read is another test's business.
    await Promise.allSettled([refresh(simulator, refreshToken).then(answer => answer.text())]);
    expect(simulator.counts.refreshes).toBe(rotated ? 1 : 0);
    expect((await refresh(simulator, refreshToken)).status).toBe(rotated ? 400 : 200);
  });

  it('leaves a held request unworked when the client has gone', async () => {
    const simulator = await start();
    const { refreshToken } = simulator.issueTokens('jdoe');
    const held = new Promise(() => undefined);
    simulator.faults.set('refresh', { hold: held, processed: false }, { times: 1 });
    const client = new AbortController();
    const pending = fetch(`${simulator.baseUrl}/rest/oauth2/latest/token`, {
      method: 'POST',
      signal: client.signal,
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: 'backstage',
        client_secret: 'backstage-secret',
      }),
    });
    const outcome = expect(pending).rejects.toThrow('aborted');
    await simulator.arrived('refresh');
    client.abort();
    await outcome;
    expect((await refresh(simulator, refreshToken)).status).toBe(200);
    // After close() the held request has seen that its client is gone.
    await simulator.close();
    expect(simulator.counts).toMatchObject({ refresh: 2, refreshes: 1 });
  });

  it('answers fifty parallel refreshes of one token with one pair', async () => {
    const simulator = await start({ people: [makePerson('jdoe', 1)] });
    const { refreshToken } = simulator.issueTokens('jdoe');
    const all = await Promise.all(
      Array.from({ length: 50 }, () => refresh(simulator, refreshToken)),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(simulator.counts).toMatchObject({ refresh: 50, refreshes: 1 });
  });
});
