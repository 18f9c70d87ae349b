import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { JsonValue } from '@backstage/types';
import { allow } from '../authenticator/support/allow';
import type { Browser } from '../authenticator/support/createBrowser';
import { createSharedCache } from '../authenticator/support/createSharedCache';
import type { SharedCache } from '../authenticator/support/createSharedCache';
import { createStage, link, refreshCookie } from '../authenticator/support/createStage';
import type { Replica, Stage } from '../authenticator/support/createStage';
import { jane } from '../authenticator/support/people';
import { createHostileCache } from './support/createHostileCache';
import type { HostileCache } from './support/createHostileCache';

const mallory = { ...jane, id: 666, name: 'mallory', slug: 'mallory' };
const people = [{ user: jane }, { user: mallory }];
const refOf = ({ name }: { name: string }) => `user:default/${name}`;
const tokenOf = (browser: Browser) =>
  decodeURIComponent(browser.cookies.get(refreshCookie)!.value).split(':').at(-1)!;

function flip(value: unknown, at: number): string {
  const bytes = Buffer.from(String(value), 'base64');
  bytes[(at + bytes.length) % bytes.length]! ^= 1;
  return bytes.toString('base64');
}

async function signIn(stage: Stage, backend: Replica, username: string): Promise<Browser> {
  const browser = backend.createBrowser();
  const page = await browser.start();
  const session = await browser.comeBack(allow(stage.simulator, username, page));
  expect(session.error).toBeUndefined();
  return browser;
}

describe('a cache that answers what somebody else wants, for every key and every time', () => {
  let stage: Stage;
  let replicas: Replica[];
  let hostile: HostileCache;
  let victim: Browser;
  let attacker: Browser;

  beforeAll(async () => {
    stage = await createStage({ people });
    hostile = createHostileCache();
    const startReplica = () => stage.startReplica({ options: { cache: hostile.cache } });
    replicas = [await startReplica(), await startReplica()];
    victim = await signIn(stage, replicas[0]!, jane.name);
    attacker = await signIn(stage, replicas[0]!, mallory.name);
  });

  afterAll(() => stage.close());

  /** Each refresh at the other replica, whose memory has never seen the token. */
  async function refreshInTurn(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      for (const [browser, person] of [
        [victim, jane],
        [attacker, mallory],
      ] as const) {
        const here = stage.join(replicas[round % 2]!, browser);
        const session = await here.refresh();
        // Nothing but loss would be allowed, and as nobody needs the cache, there is none.
        expect([session.status, session.backstageIdentity?.identity.userEntityRef]).toEqual([
          200,
          refOf(person),
        ]);
        browser.cookies.set(refreshCookie, here.cookies.get(refreshCookie)!);
      }
    }
  }

  const pick = (values: readonly unknown[]) => {
    let next = 0;
    return () => values[(next += 1) % values.length];
  };

  /** A note as ours are, about the attacker, with a key that the attacker can derive. */
  function forge(refreshToken: string, secret: string, kind: 'session' | 'successor'): string {
    const info = `backstage-plugin-auth-backend-module-bitbucket-server/session/v1\n${stage.simulator.baseUrl}\n${link.clientId}`;
    const key = Buffer.from(hkdfSync('sha256', refreshToken, secret, info, 64)).subarray(0, 32);
    const person = { user: jane, readAt: stage.clock.now() };
    const tokens = stage.simulator.issueTokens(mallory.name);
    const note = { kind, person, tokens, receivedAt: stage.clock.now() };
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const text = JSON.stringify({ note, until: stage.clock.now() * 2 });
    return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString(
      'base64',
    );
  }

  const answers: [string, () => HostileCache['answer']][] = [
    ['every note of everybody in turn', () => pick(hostile.written.map(({ value }) => value))],
    [
      'the newest note of somebody else',
      () => key => hostile.written.findLast(each => each.key !== key)?.value,
    ],
    [
      'the oldest note of the same key',
      () => key => hostile.written.find(each => each.key === key)?.value,
    ],
    [
      'the session where the successor was, and the other way round',
      () => key => {
        const [kind, id] = key.split(':');
        const other = kind!.endsWith('session')
          ? 'bitbucket-server-successor'
          : 'bitbucket-server-session';
        return hostile.written.findLast(each => each.key === `${other}:${id}`)?.value;
      },
    ],
    [
      'its note with one bit changed, each time another one',
      () => {
        let at = 0;
        return key => {
          const value = hostile.written.findLast(each => each.key === key)?.value;
          return value && flip(value, (at += 37));
        };
      },
    ],
    [
      'notes that are forged with what the attacker knows',
      () => {
        const secrets = ['', 'planted', link.clientId, tokenOf(attacker)];
        let asked = 0;
        return key => {
          // Each one for two rounds of both.
          const secret = secrets[Math.floor((asked += 1) / 16) % secrets.length]!;
          const kind = key.includes('session:') ? 'session' : 'successor';
          return forge(tokenOf(attacker), secret, kind);
        };
      },
    ],
    [
      'notes in clear',
      () => {
        const person = { user: jane, readAt: stage.clock.now() };
        const note = { kind: 'session', person };
        return pick([note, { note, until: 1e15 }, JSON.stringify({ note, until: 1e15 }), person]);
      },
    ],
    [
      'garbage',
      () =>
        pick([
          ...[null, '', 'x', 0, -1, 1e308, true, [], {}, [[]], 'A'.repeat(2_000_000)],
          ...[{ __proto__: { kind: 'session' } }, { toString: 1 }, '\u0000', '=', '{"note":'],
          ...[randomBytes(12), randomBytes(28), randomBytes(300)].map(bytes =>
            bytes.toString('base64'),
          ),
        ]),
    ],
    ['nothing', () => () => undefined],
  ];

  it.each(answers)('makes nobody anybody else with %s', async (_what, create) => {
    // So that there are notes of both, and of each kind.
    await refreshInTurn(2);
    hostile.answer = create();
    hostile.asked = 0;
    await refreshInTurn(12);
    expect(hostile.asked).toBeGreaterThan(20);
  });

  it('is believed when it tells the truth, so that the tests above can fail', async () => {
    hostile.answer = key => hostile.written.findLast(each => each.key === key)?.value;
    await refreshInTurn(2);
    stage.simulator.clearRequests();
    await refreshInTurn(2);
    expect(stage.simulator.counts).toMatchObject({ refresh: 4, whoami: 0, user: 0 });
  });

  it('gives a copied token no more than two minutes by putting an old note back', async () => {
    const thief = victim.cookies.get(refreshCookie)!;
    hostile.written.length = 0;
    await refreshInTurn(2);
    const first = [...hostile.written];
    hostile.answer = key => first.find(each => each.key === key)?.value;
    stage.clock.advance(120_001);
    // A replica that remembers nothing, so that the cache is all that there is.
    const cold = await stage.startReplica({ options: { cache: hostile.cache } });
    const browser = cold.createBrowser();
    browser.cookies.set(refreshCookie, thief);
    expect((await browser.refresh()).error!.message).toContain('SESSION_ENDED');
    await refreshInTurn(1);
  });

  // The last one: nobody reads from a cache for five seconds after it has failed.
  it.each<[string, HostileCache['answer']]>([
    [
      'throws',
      () => {
        throw new Error('planted');
      },
    ],
    ['never answers', () => new Promise(() => undefined)],
  ])('makes nobody anybody else when it %s', async (_what, answer) => {
    hostile.answer = answer;
    await refreshInTurn(2);
  });
});

describe('a cache that somebody else has changed', () => {
  let stage: Stage;
  let shared: SharedCache;

  beforeEach(async () => {
    stage = await createStage({ people });
    shared = createSharedCache();
  });

  afterEach(() => stage.close());

  const startReplica = () => stage.startReplica({ options: { cache: shared.cache } });

  type Change = (value: string, others: string[]) => JsonValue;

  it.each<[string, Change]>([
    ['with another nonce', value => flip(value, 0)],
    ['with another text', value => flip(value, 40)],
    ['with another tag', value => flip(value, -1)],
    ['that is cut', value => value.slice(0, 80)],
    ['of another session', (_value, others) => others[0]!],
  ])('is as if there were no note when one is %s', async (_name, change) => {
    const first = await startReplica();
    await signIn(stage, first, mallory.name);
    const others = [...shared.store.values()].map(String);
    shared.store.clear();
    const browser = await stage.signIn(first);
    for (const [key, value] of shared.store) shared.store.set(key, change(String(value), others));
    const session = await stage.join(await startReplica(), browser).refresh();
    expect(session.backstageIdentity!.identity.userEntityRef).toBe(refOf(jane));
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, whoami: 1, user: 1 });
  });

  it('gets nobody a longer life by putting an old note back', async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const browser = await stage.signIn(first);
    const old = stage.join(second, browser);
    await browser.refresh();
    const recorded = new Map(shared.store);
    stage.clock.advance(10_001);
    for (const [key, value] of recorded) shared.store.set(key, value);
    expect((await old.refresh()).error!.message).toContain('SESSION_ENDED');
  });

  it('opens nothing for who knows a refresh token, but not the client secret', async () => {
    const browser = await stage.signIn(await startReplica());
    const attacker = await stage.startReplica({
      config: { clientSecret: 'made-up-client-secret' },
      options: {
        cache: shared.cache,
        // Bitbucket gets the right one, so that all else is as it should be.
        fetch: (input, init) =>
          fetch(input, {
            ...init,
            body: init?.body && String(init.body).replace('made-up', 'planted'),
          }),
      },
    });
    expect((await stage.join(attacker, browser).refresh()).status).toBe(200);
    expect(stage.simulator.counts).toMatchObject({ whoami: 1, user: 1 });
  });

  it('holds nothing that anybody could read', async () => {
    const replica = await startReplica();
    const browser = await stage.signIn(replica);
    const token = tokenOf(browser);
    const session = await browser.refresh();
    expect(shared.store.size).toBeGreaterThan(1);
    // Long enough that random bytes do not spell them by chance.
    const secrets = [
      token,
      session.providerInfo!.accessToken,
      jane.emailAddress!,
      jane.displayName!,
      refOf(jane),
      'accessToken',
      'PUBLIC_REPOS',
    ];
    for (const [key, value] of shared.store) {
      expect(key).toMatch(/^bitbucket-server-(check:[\w-]{36}|(session|successor):[\w-]{43})$/);
      const text = Buffer.from(String(value), 'base64').toString('latin1') + String(value) + key;
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });
});
