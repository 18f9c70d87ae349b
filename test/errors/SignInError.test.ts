import { AuthenticationError, serializeError } from '@backstage/errors';
import {
  createSignInError,
  isSignInError,
  createRefusalLog,
  signInErrorCodes,
} from '../../src/errors';
import type { SignInErrorCode } from '../../src/errors';
import { quote } from '../../src/shared';

const make = () =>
  createSignInError('NO_MATCHING_USER', {
    phase: 'match',
    hint: 'Tried: email address (no match).',
    detail: 'secret-detail user:default/somebody-else',
    cause: new Error('secret-cause'),
  });

describe('SignInError', () => {
  it('tells the person what to do, with code and reference', () => {
    const error = make();
    expect(error.message).toBe(
      `You are signed in to Bitbucket Server, but Backstage does not know you yet. Please ask your Backstage administrators to add you. Tried: email address (no match). (NO_MATCHING_USER, reference ${error.reference})`,
    );
    expect(error.reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(error.name).toBe('NotFoundError');
  });

  it('shows neither detail nor cause to whoever serialises it', () => {
    const error = make();
    const shown = [
      JSON.stringify(error),
      String(error),
      error.stack,
      JSON.stringify(serializeError(error, { includeStack: true })),
      JSON.stringify(serializeError(new AuthenticationError('Refresh failed', error))),
      JSON.stringify({ ...error }),
    ].join('\n');
    expect(shown).not.toContain('secret-');
    expect(shown).toContain(error.reference);
    expect(error.detail).toContain('secret-detail');
    expect(String(error.underlyingError)).toContain('secret-cause');
  });

  it('gives every error a reference of its own', () => {
    const references = new Set(Array.from({ length: 1000 }, () => make().reference));
    expect(references.size).toBe(1000);
  });

  it('is known across copies of the package', () => {
    jest.isolateModules(() => {
      const copy = jest.requireActual<typeof import('../../src/errors')>('../../src/errors');
      expect(isSignInError(make())).toBe(true);
      expect(copy.isSignInError(make())).toBe(true);
    });
    expect([undefined, null, 'x', {}, new Error('x')].map(isSignInError)).not.toContain(true);
  });

  it.each(Object.entries(signInErrorCodes))(
    '%s has a public text of whole sentences',
    (_code, entry) => {
      expect(entry.publicText).toMatch(/^[A-Z].*\.$/);
      expect(entry.publicText).not.toMatch(/catalog|entity|OAuth|JSON/i);
    },
  );
});

describe('the log of refusals', () => {
  const of = (code: SignInErrorCode) => createSignInError(code, { phase: 'token', detail: 'd' });

  const logger = () => {
    const lines: string[] = [];
    const log = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
    const service = {
      lines,
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      debug: log('debug'),
      child: () => service,
    };
    return service;
  };

  it('writes code, reference, detail and cause, once', () => {
    const log = logger();
    const error = make();
    createRefusalLog(log).write(error);
    createRefusalLog(log).write(error);
    expect(log.lines).toEqual([
      `warn Bitbucket Server sign-in refused: NO_MATCHING_USER at match, reference ${error.reference}: secret-detail user:default/somebody-else; caused by Error: secret-cause; see docs/errors.md#no_matching_user`,
    ]);
  });

  it('writes nothing of a foreign error, and of what is broken an error', () => {
    const log = logger();
    createRefusalLog(log).write(new Error('x'));
    createRefusalLog(log).write(of('MATCHER_FAILED'));
    expect(log.lines).toEqual([expect.stringMatching(/^error .*MATCHER_FAILED/)]);
  });

  it.each(['AUTHORIZATION_DENIED', 'REQUEST_ABORTED'] as const)('does not warn of %s', code => {
    const log = logger();
    createRefusalLog(log).write(of(code));
    expect(log.lines).toEqual([expect.stringMatching(/^info /)]);
  });

  describe('in an outage', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('is one line at its beginning and one at its end, whoever else is signed in', async () => {
      const log = logger();
      const refusals = createRefusalLog(log);
      const refuse = (code: SignInErrorCode) =>
        expect(refusals.watch(() => Promise.reject(of(code)))).rejects.toThrow(code);
      for (let i = 0; i < 30; i += 1) {
        await refuse(i % 2 ? 'BITBUCKET_TIMEOUT' : 'BITBUCKET_UNREACHABLE');
        // Somebody whose session needs nothing of what is out.
        await refusals.watch(async () => 'signed in');
        jest.advanceTimersByTime(1_000);
      }
      const shown = () => log.lines.filter(line => !line.startsWith('debug'));
      expect(shown()).toEqual([expect.stringMatching(/^error .*BITBUCKET_UNREACHABLE at token/)]);
      expect(log.lines).toHaveLength(30);
      jest.advanceTimersByTime(10_000);
      await refusals.watch(async () => 'signed in');
      await refusals.watch(async () => 'signed in');
      expect(shown().slice(1)).toEqual([
        expect.stringMatching(/^info .*after 30 failures in 29 s/),
      ]);
      await refuse('CATALOG_UNAVAILABLE');
      expect(shown()).toHaveLength(3);
    });

    it('writes refusals that are not of the outage as ever', () => {
      const log = logger();
      const refusals = createRefusalLog(log);
      refusals.write(of('CATALOG_UNAVAILABLE'));
      refusals.write(of('NO_MATCHING_USER'));
      refusals.write(of('MATCHER_FAILED'));
      expect(log.lines.map(line => line.split(' ')[0])).toEqual(['error', 'warn', 'error']);
    });
  });
});

describe('quote', () => {
  it.each([
    ['jane', '"jane"'],
    ['a"b', '"a\\"b"'],
    ['a\nb', '"a\\nb"'],
    ['\u202eevil', '"\\u202eevil"'],
    ['ü', '"\\u00fc"'],
    [undefined, '"undefined"'],
    [{ a: 1 }, '"{\\"a\\":1}"'],
  ])('%j is %s', (value, shown) => {
    expect(quote(value)).toBe(shown);
  });

  it('cuts what is long', () => {
    expect(quote('x'.repeat(5000)).length).toBeLessThan(140);
  });
});
