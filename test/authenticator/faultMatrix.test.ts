import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BitbucketSimulator, RouteName } from '../../demo/bitbucket';
import {
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import {
  hidden,
  link,
  person,
  readRefusal,
  secretsOf,
  startSimulator,
  withFault,
} from './faults/createFaultStage';
import {
  atSearch,
  atTokens,
  atUser,
  atWhoAmI,
  lostExchange,
  publicTexts,
  unreachable,
  withKnownUser,
} from './faults/expectations';
import type { Expectations, Outcome, UnreachableName } from './faults/expectations';
import { faultNames } from './faults/faults';
import type { FaultName } from './faults/faults';
import { putCell, renderTable } from './faults/renderTables';
import type { Cells } from './faults/renderTables';
import { startUnreachable } from './faults/startUnreachable';
import { startUpstream } from './faults/startUpstream';
import { allow } from './support/allow';
import type { Browser, SessionMessage } from './support/createBrowser';
import { createFakeClock } from './support/createFakeClock';
import { signInByUsername, startAuthBackend } from './support/startAuthBackend';
import type { AuthBackend } from './support/startAuthBackend';

type User = typeof person;

/** The cells of the matrix: every fault that can be at one of these calls. */
type Call = readonly [column: string, route: RouteName, expected: Expectations, user: User];
const readCalls: Call[] = [
  ['who am I', 'whoami', atWhoAmI, person],
  ['user', 'user', atUser, person],
  ['search', 'users-page-2', atSearch, hidden],
];
const signInCalls: Call[] = [['token', 'token', atTokens, person], ...readCalls];
const refreshCalls: Call[] = [['exchange', 'refresh', atTokens, person], ...readCalls];
// The slug of a known user is known, so there is no search.
const knownCalls: Call[] = readCalls
  .slice(0, 2)
  .map(([column, route, expected, user]) => [column, route, withKnownUser(expected), user]);
const cellsOf = (calls: readonly Call[]) =>
  calls.flatMap(([column, route, expected, user]) =>
    faultNames.flatMap(fault => {
      const outcome = expected[fault];
      return outcome ? [[fault, column, route, outcome, user] as const] : [];
    }),
  );
const unreachableNames = Object.keys(unreachable) as UnreachableName[];

const refreshCookie = 'bitbucketServer-refresh-token';
const signInCells: Cells = new Map();
const refreshCells: Cells = new Map();
const comparison: Cells = new Map();
const wholeServer: Cells = new Map();
const compared = {
  refresh: 'exchange',
  whoami: 'who am I',
  user: 'user',
} as const;

let simulator: BitbucketSimulator;

beforeAll(async () => {
  simulator = await startSimulator();
});

afterAll(() => simulator.close());

/** A browser with a session that no backend of this process has seen: as after a restart. */
function createVisitor(backend: AuthBackend, user: User = person): Browser {
  const browser = backend.createBrowser();
  const { refreshToken } = simulator.issueTokens(user.name);
  browser.cookies.set(refreshCookie, { value: refreshToken, attributes: {} });
  return browser;
}

describe('this module', () => {
  const clock = createFakeClock({ skipMs: 2_000 });
  let backend: AuthBackend;
  const wires: string[] = [];
  /** Leads the calls to Bitbucket elsewhere. */
  let detour = (url: string) => url;

  beforeAll(async () => {
    backend = await startAuthBackend(
      { development: { ...link, baseUrl: simulator.baseUrl, profileCacheTtl: '0s' } },
      createBitbucketServerProviderFactory({
        createOptions: () => ({
          authenticator: createBitbucketServerAuthenticator({
            fetch: (input, init) => fetch(detour(String(input)), init),
          }),
          signInResolver: signInByUsername,
        }),
      }),
    );
  });

  afterAll(() => backend.stop());

  const during = (route: RouteName, fault: FaultName, work: () => Promise<SessionMessage>) =>
    withFault({ simulator, route, fault, work, onSlow: () => clock.advance(10_000) });

  /** Code, text and secrets of one answer. */
  function expectOutcome(session: SessionMessage, expected: Outcome, user: User = person): void {
    const secrets = secretsOf(simulator);
    expect(secrets.length).toBeGreaterThan(0);
    const output = backend.log.lines.join('\n');
    expect(secrets.filter(secret => output.includes(secret))).toEqual([]);
    if (expected === 'signed in') {
      expect(session.error).toBeUndefined();
      expect(session.backstageIdentity!.identity.userEntityRef).toBe(`user:default/${user.name}`);
      return;
    }
    expect(readRefusal(session)).toEqual({ code: expected, text: publicTexts[expected] });
    const shown = JSON.stringify(session.error);
    expect(secrets.filter(secret => shown.includes(secret))).toEqual([]);
    // The page of the pop-up and the JSON of a refresh, without the cookie, which is for the token.
    const body = session.wire.replace(/^set-cookie: .*$/gm, '');
    expect(secrets.filter(secret => body.includes(secret))).toEqual([]);
    wires.push(body);
  }

  beforeEach(() => {
    backend.log.lines.length = 0;
  });

  it.each(cellsOf(signInCalls))(
    'at a first sign-in, with %s at %s (%s): %s',
    async (fault, column, route, expected, user) => {
      const browser = backend.createBrowser();
      const redirectUrl = allow(simulator, user.name, await browser.start());
      const session = await during(route, fault, () => browser.comeBack(redirectUrl));
      expectOutcome(session, expected, user);
      expect(browser.cookies.has(refreshCookie)).toBe(expected === 'signed in');
      // Nothing of it stays behind.
      const again = await browser.comeBack(allow(simulator, user.name, await browser.start()));
      expect(again.error).toBeUndefined();
      putCell(signInCells, fault, column, expected);
    },
  );

  it.each(cellsOf(refreshCalls))(
    'at a refresh of a session that it does not know, with %s at %s (%s): %s',
    async (fault, column, route, expected, user) => {
      const browser = createVisitor(backend, user);
      const session = await during(route, fault, () => browser.refresh());
      expectOutcome(session, expected, user);
      const lost = route === 'refresh' && lostExchange.has(fault);
      const next = await browser.refresh();
      expectOutcome(next, lost ? 'SESSION_ENDED' : 'signed in', user);
      putCell(refreshCells, fault, column, `${expected}${lost ? ', session lost' : ''}`);
      if (route in compared) {
        const call = compared[route as keyof typeof compared];
        putCell(comparison, fault, `${call}: this module`, lost ? 'lost' : 'kept');
      }
    },
  );

  it.each(cellsOf(knownCalls))(
    'at a refresh of a session that it knows, with %s at %s (%s): %s',
    async (fault, column, route, expected, user) => {
      const browser = createVisitor(backend);
      expect((await browser.refresh()).error).toBeUndefined();
      const session = await during(route, fault, () => browser.refresh());
      expectOutcome(session, expected, user);
      expect((await browser.refresh()).error).toBeUndefined();
      putCell(refreshCells, fault, `${column}, user known`, expected);
    },
  );

  it.each(unreachableNames)('says of a server with %s what is wrong with it', async name => {
    const server = await startUnreachable(name);
    const browser = createVisitor(backend);
    const attempt = backend.createBrowser();
    const redirectUrl = allow(simulator, person.name, await attempt.start());
    const known = createVisitor(backend);
    expect((await known.refresh()).error).toBeUndefined();
    detour = url => url.replace(simulator.baseUrl, server.baseUrl);
    try {
      for (const work of [() => browser.refresh(), () => known.refresh()]) {
        simulator.clearRequests();
        const session = await work();
        expect(readRefusal(session).code).toBe('BITBUCKET_UNREACHABLE');
        expect(simulator.counts.any).toBe(0);
      }
      const refused = await attempt.comeBack(redirectUrl);
      expect(readRefusal(refused)).toEqual({
        code: 'BITBUCKET_UNREACHABLE',
        text: publicTexts.BITBUCKET_UNREACHABLE,
      });
      const lines = backend.log.lines.filter(line => line.includes('refused: BITBUCKET_UNREA'));
      expect(lines).toHaveLength(3);
      for (const line of lines) expect(line).toMatch(unreachable[name]);
    } finally {
      detour = url => url;
      await server.close();
    }
    for (const each of [browser, known]) expect((await each.refresh()).error).toBeUndefined();
    putCell(wholeServer, name, 'sign-in', 'BITBUCKET_UNREACHABLE');
    putCell(wholeServer, name, 'refresh', 'BITBUCKET_UNREACHABLE, session kept');
    putCell(
      wholeServer,
      name,
      'in the log',
      `\`${/\w{5,}/.exec(unreachable[name].source.replace('failed with ', ''))![0]}\``,
    );
  });

  it('shows a reference, but never a token, in every refusal of the above', () => {
    expect(wires.length).toBeGreaterThan(100);
    expect(wires.filter(wire => !/reference [0-9A-Z-]{9}/.test(decodeURIComponent(wire)))).toEqual(
      [],
    );
    expect(wires.filter(wire => /eyJhbGci|planted/.test(wire))).toEqual([]);
  });
});

describe("upstream's module on the same simulator", () => {
  let backend: AuthBackend;

  beforeAll(async () => {
    backend = await startUpstream(simulator);
  });

  afterAll(() => backend.stop());

  const routes: Array<[string, RouteName]> = [
    ['exchange', 'refresh'],
    ['who am I', 'applinks-whoami'],
    ['user', 'user'],
  ];
  const cells = routes.flatMap(([column, route]) =>
    faultNames
      .filter(fault => (route === 'refresh' ? fault in atTokens : fault in atWhoAmI))
      .map(fault => [fault, column, route] as const),
  );

  it('refreshes a session when nothing goes wrong', async () => {
    const browser = createVisitor(backend);
    expect((await browser.refresh()).error).toBeUndefined();
    expect((await browser.refresh()).error).toBeUndefined();
  });

  it.each(cells)('at a refresh with %s at %s (%s) is watched', async (fault, column, route) => {
    const browser = createVisitor(backend);
    const patience = new AbortController();
    let gaveUp = false;
    const onSlow = () => {
      // It waits for as long as Bitbucket does: in the end, the browser or a proxy has enough.
      gaveUp = true;
      patience.abort();
    };
    const refresh = () => browser.refresh({}, patience.signal).catch(() => undefined);
    // Its exchange never ends when the connection dies within the body.
    const timer = setTimeout(onSlow, 2_000);
    await withFault({ simulator, route, fault, work: refresh, onSlow });
    clearTimeout(timer);
    const { error } = await browser.refresh();
    putCell(
      comparison,
      fault,
      `${column}: upstream`,
      `${error ? 'lost' : 'kept'}${gaveUp ? ' (hangs)' : ''}`,
    );
  });
});

describe('docs/reliability.md', () => {
  const path = join(__dirname, '../../docs/reliability.md');
  const start = '<!-- The tables are written by test/authenticator/faultMatrix.test.ts -->';
  const end = '<!-- End of the tables -->';

  it('has the tables of this run (UPDATE_DOCS=1 writes them)', () => {
    const known = knownCalls.map(([column]) => `${column}, user known`);
    const pairs = Object.values(compared).flatMap(call => [
      `${call}: upstream`,
      `${call}: this module`,
    ]);
    const tables = [
      start,
      '### First sign-in',
      renderTable(
        signInCells,
        signInCalls.map(([column]) => column),
      ),
      '### Refresh',
      renderTable(refreshCells, [...refreshCalls.map(([column]) => column), ...known]),
      '### A server that nobody can talk to',
      renderTable(wholeServer, ['sign-in', 'refresh', 'in the log'], unreachableNames),
      '### Sessions lost, compared with upstream',
      renderTable(comparison, pairs),
      summary(),
      end,
    ].join('\n\n');
    const text = readFileSync(path, 'utf8');
    const updated = text.replace(new RegExp(`${start}.*${end}`, 's'), () => tables);
    expect(updated).toContain(tables);
    if (process.env.UPDATE_DOCS) writeFileSync(path, updated);
    else expect(text).toBe(updated);
  });

  function summary(): string {
    const count = (module: string) =>
      [...comparison.values()]
        .flatMap(row => [...row])
        .filter(([column, text]) => column.endsWith(module) && text.startsWith('lost')).length;
    const total = [...comparison.values()].flatMap(row => [...row]).length / 2;
    return `Of ${total} cells, upstream's module loses the session in ${count('upstream')}, this module in ${count('this module')}.`;
  }
});
