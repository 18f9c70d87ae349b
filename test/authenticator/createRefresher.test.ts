import { createRefresher } from '../../src/authenticator/createRefresher';
import type { RefresherOptions } from '../../src/authenticator/createRefresher';
import type { TokenAnswer } from '../../src/authenticator/TokenAnswer';
import { undeliveredTokens } from '../../src/authenticator/undeliveredTokens';
import { createSignInError } from '../../src/errors';
import type { SignInErrorCode } from '../../src/errors';
import { parseBitbucketServerUser } from '../../src/profile';
import { createFakeClock } from './support/createFakeClock';
import { createLogSpy } from './support/createLogSpy';
import { jane } from './support/people';

const user = parseBitbucketServerUser(jane);
const failure = (code: SignInErrorCode) =>
  createSignInError(code, { phase: 'profile', detail: code });

/** A Bitbucket that rotates: R1 gives A2 and R2, and so on; every refresh token is good for one time. */
function setUp(overrides: Partial<RefresherOptions> = {}) {
  const clock = createFakeClock({ skipMs: 1_000 });
  const log = createLogSpy();
  const spent = new Set<string>();
  const exchanges: string[] = [];
  const reads: string[] = [];
  /** Errors of the next reads, in order. */
  const readFaults: SignInErrorCode[] = [];
  const answerOf = (token: string): TokenAnswer => {
    const next = Number(token.slice(1)) + 1;
    return {
      accessToken: `A${next}`,
      tokenType: 'bearer',
      expiresInSeconds: 3_600,
      refreshToken: `R${next}`,
    };
  };
  const refresher = createRefresher({
    ...clock,
    random: () => 0.5,
    timeoutMs: 10_000,
    logger: log.logger,
    exchange: async token => {
      exchanges.push(token);
      if (spent.has(token)) throw failure('SESSION_ENDED');
      spent.add(token);
      return answerOf(token);
    },
    readUser: async token => {
      reads.push(token);
      const fault = readFaults.shift();
      if (fault) throw failure(fault);
      return user;
    },
    ...overrides,
  });
  const refresh = (token: string, signal?: AbortSignal) => refresher.refresh(token, signal);
  return { refresher, refresh, clock, exchanges, reads, readFaults, log, answerOf };
}

const deferred = <T>() => {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};
const settle = () => new Promise(resolve => setImmediate(resolve));

describe('refreshes with the same token', () => {
  it('at the same time share one exchange, one read and one answer', async () => {
    const { refresh, exchanges, reads } = setUp();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh('R1')));
    expect(exchanges).toEqual(['R1']);
    expect(reads).toEqual(['A2']);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]!.tokens).toMatchObject({ accessToken: 'A2', refreshToken: 'R2' });
  });

  it('share it for ten seconds, and then ask Bitbucket, who ends the session', async () => {
    const { refresh, clock, exchanges } = setUp();
    const first = await refresh('R1');
    clock.advance(9_999);
    expect(await refresh('R1')).toBe(first);
    clock.advance(2);
    await expect(refresh('R1')).rejects.toMatchObject({ code: 'SESSION_ENDED' });
    expect(exchanges).toEqual(['R1', 'R1']);
  });

  it('get the newest tokens when somebody has gone on with the next one', async () => {
    const { refresh, clock } = setUp();
    await refresh('R1');
    clock.advance(5_000);
    const second = await refresh('R2');
    expect(second.tokens.refreshToken).toBe('R3');
    // Whoever is late must not put R2 back into the cookie.
    expect(await refresh('R1')).toBe(second);
    expect(await refresh('R2')).toBe(second);
  });

  it('share an error, and try again with the next request', async () => {
    const codes: SignInErrorCode[] = ['BITBUCKET_UNAVAILABLE'];
    let exchanges = 0;
    const { refresh, answerOf } = setUp({
      exchange: async token => {
        exchanges += 1;
        const code = codes.shift();
        if (code) throw failure(code);
        return answerOf(token);
      },
    });
    const results = await Promise.allSettled([refresh('R1'), refresh('R1')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(exchanges).toBe(1);
    expect((await refresh('R1')).tokens.refreshToken).toBe('R2');
  });

  it('work with a server that does not rotate', async () => {
    const { refresh, clock } = setUp({
      exchange: async () => ({ accessToken: 'A', tokenType: 'bearer' }),
    });
    expect((await refresh('R1')).tokens.refreshToken).toBe('R1');
    clock.advance(60_000);
    expect((await refresh('R1')).tokens.refreshToken).toBe('R1');
  });

  it('are not sent round in circles by a server that gives two tokens in turn', async () => {
    const { refresh } = setUp({
      exchange: async token => ({
        accessToken: `A-${token}`,
        tokenType: 'bearer',
        refreshToken: token === 'R1' ? 'R2' : 'R1',
      }),
    });
    await refresh('R1');
    await refresh('R2');
    expect((await refresh('R1')).user).toBe(user);
  });
});

describe('a user who cannot be read', () => {
  it('is replaced by the one that the session had, for two hours', async () => {
    const { refresh, refresher, clock, readFaults, reads, log } = setUp();
    refresher.remember({
      tokens: { accessToken: 'A1', tokenType: 'bearer', refreshToken: 'R1' },
      user,
    });
    clock.advance(7_199_000);
    readFaults.push('BITBUCKET_UNAVAILABLE');
    expect((await refresh('R1')).user).toBe(user);
    expect(reads).toEqual(['A2']);
    expect(log.lines).toEqual([expect.stringContaining('read 7199 s ago serves')]);
    // Serving an old one does not make it any younger.
    clock.advance(2_000);
    readFaults.push('BITBUCKET_UNAVAILABLE', 'BITBUCKET_UNAVAILABLE');
    await expect(refresh('R2')).rejects.toMatchObject({ code: 'BITBUCKET_UNAVAILABLE' });
  });

  it('is asked for once more when the session is not known', async () => {
    const { refresh, readFaults, reads } = setUp();
    readFaults.push('BITBUCKET_RESPONSE_INVALID');
    expect((await refresh('R1')).user).toBe(user);
    expect(reads).toEqual(['A2', 'A2']);
  });

  it('is not asked for again by those who have waited for all of the time', async () => {
    const { refresh, readFaults, reads } = setUp();
    readFaults.push('BITBUCKET_TIMEOUT');
    await expect(refresh('R1')).rejects.toMatchObject({ code: 'BITBUCKET_TIMEOUT' });
    expect(reads).toEqual(['A2']);
  });

  it.each<SignInErrorCode>([
    'BITBUCKET_REFUSED',
    'NOT_SIGNED_IN',
    'USER_ID_MISMATCH',
    'USER_NOT_READABLE',
    'USER_PAYLOAD_INVALID',
  ])('for the definite reason %s is not replaced by an old one', async code => {
    const { refresh, refresher, readFaults, reads } = setUp();
    refresher.remember({
      tokens: { accessToken: 'A1', tokenType: 'bearer', refreshToken: 'R1' },
      user,
    });
    readFaults.push(code);
    await expect(refresh('R1')).rejects.toMatchObject({ code });
    expect(reads).toEqual(['A2']);
  });

  it.each(['R1', 'R2'])('leaves the new tokens to whoever comes next, with %s', async token => {
    const { refresh, clock, readFaults, exchanges } = setUp();
    readFaults.push('BITBUCKET_UNAVAILABLE', 'BITBUCKET_UNAVAILABLE');
    await expect(refresh('R1')).rejects.toMatchObject({ code: 'BITBUCKET_UNAVAILABLE' });
    clock.advance(9 * 60_000);
    const answer = await refresh(token);
    expect(answer.tokens).toMatchObject({ accessToken: 'A2', refreshToken: 'R2' });
    expect(exchanges).toEqual(['R1']);
    // And the session goes on.
    expect((await refresh('R2')).tokens.refreshToken).toBe('R3');
  });

  it('leaves the new tokens there for ten minutes only', async () => {
    const { refresh, clock, readFaults, exchanges } = setUp();
    readFaults.push('BITBUCKET_UNAVAILABLE', 'BITBUCKET_UNAVAILABLE');
    await expect(refresh('R1')).rejects.toThrow();
    clock.advance(10 * 60_000 + 1);
    await expect(refresh('R1')).rejects.toMatchObject({ code: 'SESSION_ENDED' });
    expect(exchanges).toEqual(['R1', 'R1']);
    // The browser that got them with its error is as well off as ever.
    expect((await refresh('R2')).tokens.refreshToken).toBe('R3');
  });

  it('whose kept access token has run out meanwhile gets another one', async () => {
    const { refresh, clock, readFaults, exchanges } = setUp({
      exchange: async token => {
        exchanges.push(token);
        const next = Number(token.slice(1)) + 1;
        return {
          accessToken: `A${next}`,
          tokenType: 'bearer',
          refreshToken: `R${next}`,
          expiresInSeconds: 60,
        };
      },
    });
    readFaults.push('BITBUCKET_UNAVAILABLE', 'BITBUCKET_UNAVAILABLE');
    await expect(refresh('R1')).rejects.toThrow();
    clock.advance(55_000);
    const answer = await refresh('R1');
    expect(answer.tokens).toMatchObject({ accessToken: 'A3', refreshToken: 'R3' });
    expect(exchanges).toEqual(['R1', 'R2']);
    // Whoever got R2 with the error finds the same.
    expect(await refresh('R2')).toBe(answer);
  });

  it('has an error that knows which tokens to deliver, and shows them nowhere', async () => {
    const { refresh, readFaults } = setUp();
    readFaults.push('BITBUCKET_REFUSED');
    const error = await refresh('R1').catch((reason: unknown) => reason);
    expect(undeliveredTokens(error as never)).toMatchObject({ refreshToken: 'R2' });
    expect(JSON.stringify(error) + String(error)).not.toContain('R2');
  });
});

describe('an exchange that takes too long', () => {
  it('goes on, and its tokens wait for the next request', async () => {
    const exchange = deferred<TokenAnswer>();
    let exchanges = 0;
    const { refresh, clock, answerOf } = setUp({
      exchange: (_token, timeoutMs) => {
        exchanges += 1;
        expect(timeoutMs).toBe(30_000);
        return exchange.promise;
      },
    });
    const first = refresh('R1');
    clock.advance(10_000);
    await expect(first).rejects.toMatchObject({ code: 'BITBUCKET_TIMEOUT' });
    const second = refresh('R1');
    exchange.resolve(answerOf('R1'));
    expect((await second).tokens.refreshToken).toBe('R2');
    expect(exchanges).toBe(1);
  });

  it('and fails in the end is tried anew', async () => {
    const exchange = deferred<TokenAnswer>();
    const results = [exchange.promise];
    const { refresh, clock, answerOf } = setUp({
      exchange: token => results.shift() ?? Promise.resolve(answerOf(token)),
    });
    const first = refresh('R1');
    clock.advance(10_000);
    await expect(first).rejects.toMatchObject({ code: 'BITBUCKET_TIMEOUT' });
    exchange.reject(failure('BITBUCKET_TIMEOUT'));
    await settle();
    expect((await refresh('R1')).tokens.refreshToken).toBe('R2');
  });
});

describe('a browser that goes away', () => {
  it('does not end the exchange; the next request gets its tokens', async () => {
    const exchange = deferred<TokenAnswer>();
    const controller = new AbortController();
    const { refresh, answerOf } = setUp({ exchange: () => exchange.promise });
    const first = refresh('R1', controller.signal);
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
    exchange.resolve(answerOf('R1'));
    await settle();
    expect((await refresh('R1')).tokens.refreshToken).toBe('R2');
  });

  it('ends the read of the user only when all others have gone too', async () => {
    const signals: AbortSignal[] = [];
    const reading = deferred<typeof user>();
    const { refresh } = setUp({
      readUser: (_token, signal) => {
        signals.push(signal);
        return reading.promise;
      },
    });
    const [one, two] = [new AbortController(), new AbortController()];
    const work = Promise.all([refresh('R1', one.signal), refresh('R1', two.signal)]);
    await settle();
    one.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    two.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    reading.resolve(user);
    await work;
  });

  it('does not take the next one with it', async () => {
    const controller = new AbortController();
    const readings = [deferred<typeof user>(), deferred<typeof user>()];
    let read = 0;
    const { refresh } = setUp({ readUser: () => readings[read++]!.promise });
    const first = refresh('R1', controller.signal);
    await settle();
    controller.abort();
    const second = refresh('R1');
    readings[0]!.reject(failure('REQUEST_ABORTED'));
    await expect(first).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
    readings[1]!.resolve(user);
    expect((await second).tokens.refreshToken).toBe('R2');
  });

  it('before the answer has reached it finds the answer for ten minutes', async () => {
    const controller = new AbortController();
    const { refresh, clock, exchanges } = setUp();
    const first = await refresh('R1', controller.signal);
    // The response closed before it was finished.
    controller.abort();
    clock.advance(9 * 60_000);
    expect(await refresh('R1')).toBe(first);
    expect(exchanges).toEqual(['R1']);
  });
});

describe('the scope of a session', () => {
  it('is that of the answer, else the one that was granted before', async () => {
    const scopes = [undefined, 'REPO_READ', undefined];
    const { refresh, refresher, answerOf } = setUp({
      exchange: async token => ({ ...answerOf(token), scope: scopes.shift() }),
    });
    refresher.remember({
      tokens: { accessToken: 'A1', tokenType: 'bearer', refreshToken: 'R1', scope: 'PUBLIC_REPOS' },
      user,
    });
    expect((await refresh('R1')).tokens.scope).toBe('PUBLIC_REPOS');
    expect((await refresh('R2')).tokens.scope).toBe('REPO_READ');
    expect((await refresh('R3')).tokens.scope).toBe('REPO_READ');
  });
});
