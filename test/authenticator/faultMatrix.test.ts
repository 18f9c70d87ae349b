import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BitbucketSimulator, RouteName } from '../../demo/bitbucket';
import {
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import {
  link,
  person,
  readRefusal,
  secretsOf,
  startSimulator,
  withFault,
} from './faults/createFaultStage';
import {
  atTokens,
  atUsers,
  atWhoAmI,
  lostExchange,
  publicTexts,
  withRecentUser,
} from './faults/expectations';
import type { Outcome } from './faults/expectations';
import { faultNames } from './faults/faults';
import type { FaultName } from './faults/faults';
import { putCell, renderTable } from './faults/renderTables';
import type { Cells } from './faults/renderTables';
import { startUpstream } from './faults/startUpstream';
import { allow } from './support/allow';
import type { Browser, SessionMessage } from './support/createBrowser';
import { createFakeClock } from './support/createFakeClock';
import { signInByUsername, startAuthBackend } from './support/startAuthBackend';
import type { AuthBackend } from './support/startAuthBackend';

/** The cells of the matrix: every fault at every one of these calls. */
type Call = readonly [
  column: string,
  route: RouteName,
  expected: Readonly<Record<FaultName, Outcome>>,
];
const signInCalls: Call[] = [
  ['token', 'token', atTokens],
  ['who am I', 'whoami', atWhoAmI],
  ['user page 1', 'users', atUsers],
  ['user page 2', 'users-page-2', atUsers],
];
const refreshCalls: Call[] = [
  ['refresh', 'refresh', atTokens],
  ['who am I', 'whoami', atWhoAmI],
  ['user page 1', 'users', atUsers],
  ['user page 2', 'users-page-2', atUsers],
];
const knownCalls: Call[] = refreshCalls
  .slice(1)
  .map(([column, route]) => [column, route, withRecentUser]);
const cellsOf = (calls: readonly Call[]) =>
  calls.flatMap(([column, route, expected]) =>
    faultNames.map(fault => [fault, column, route, expected[fault]] as const),
  );

const refreshCookie = 'bitbucketServer-refresh-token';
const signInCells: Cells = new Map();
const refreshCells: Cells = new Map();
const comparison: Cells = new Map();
const compared = {
  refresh: 'exchange',
  whoami: 'who am I',
  users: 'user',
} as const;

let simulator: BitbucketSimulator;

beforeAll(async () => {
  simulator = await startSimulator();
});

afterAll(() => simulator.close());

/** A browser with a session that no backend of this process has seen: as after a restart. */
function createVisitor(backend: AuthBackend): Browser {
  const browser = backend.createBrowser();
  const { refreshToken } = simulator.issueTokens(person.name);
  browser.cookies.set(refreshCookie, { value: refreshToken, attributes: {} });
  return browser;
}

describe('this module', () => {
  const clock = createFakeClock({ skipMs: 2_000 });
  let backend: AuthBackend;
  const wires: string[] = [];

  beforeAll(async () => {
    backend = await startAuthBackend(
      { development: { ...link, baseUrl: simulator.baseUrl } },
      createBitbucketServerProviderFactory({
        createOptions: () => ({
          authenticator: createBitbucketServerAuthenticator({
            ...clock,
            profileCacheTtl: { seconds: 0 },
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
  function expectOutcome(session: SessionMessage, expected: Outcome): void {
    const secrets = secretsOf(simulator);
    expect(secrets.length).toBeGreaterThan(0);
    const output = backend.log.lines.join('\n');
    expect(secrets.filter(secret => output.includes(secret))).toEqual([]);
    if (expected === 'signed in') {
      expect(session.error).toBeUndefined();
      expect(session.backstageIdentity!.identity.userEntityRef).toBe('user:default/jdoe');
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
    async (fault, column, route, expected) => {
      const browser = backend.createBrowser();
      const redirectUrl = allow(simulator, person.name, await browser.start());
      const session = await during(route, fault, () => browser.comeBack(redirectUrl));
      expectOutcome(session, expected);
      expect(browser.cookies.has(refreshCookie)).toBe(expected === 'signed in');
      // Nothing of it stays behind.
      const again = await browser.comeBack(allow(simulator, person.name, await browser.start()));
      expect(again.error).toBeUndefined();
      putCell(signInCells, fault, column, expected);
    },
  );

  it.each(cellsOf(refreshCalls))(
    'at a refresh of a session that it does not know, with %s at %s (%s): %s',
    async (fault, column, route, expected) => {
      const browser = createVisitor(backend);
      const session = await during(route, fault, () => browser.refresh());
      expectOutcome(session, expected);
      const lost = route === 'refresh' && lostExchange.has(fault);
      const next = await browser.refresh();
      expectOutcome(next, lost ? 'SESSION_ENDED' : 'signed in');
      putCell(refreshCells, fault, column, `${expected}${lost ? ', session lost' : ''}`);
      if (route in compared) {
        const call = compared[route as keyof typeof compared];
        putCell(comparison, fault, `${call}: this module`, lost ? 'lost' : 'kept');
      }
    },
  );

  it.each(cellsOf(knownCalls))(
    'at a refresh of a session that it knows, with %s at %s (%s): %s',
    async (fault, column, route, expected) => {
      const browser = createVisitor(backend);
      expect((await browser.refresh()).error).toBeUndefined();
      const session = await during(route, fault, () => browser.refresh());
      expectOutcome(session, expected);
      expect((await browser.refresh()).error).toBeUndefined();
      putCell(refreshCells, fault, `${column}, user known`, expected);
    },
  );

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
    faultNames.map(fault => [fault, column, route] as const),
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
    await withFault({ simulator, route, fault, work: refresh, onSlow });
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
    const total = faultNames.length * Object.keys(compared).length;
    return `Of ${total} cells, upstream's module loses the session in ${count('upstream')}, this module in ${count('this module')}.`;
  }
});
