import { AuthenticationError, serializeError } from '@backstage/errors';
import { encodeOAuthState } from '@backstage/plugin-auth-node';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { ConfigReader } from '@backstage/config';
import { createBitbucketServerAuthenticator } from '../../src/authenticator';
import { isSignInError, SignInError, signInErrorCodes } from '../../src/errors';
import type { UserLookupAnswer } from '../../src/lookup';
import { parseBitbucketServerUser } from '../../src/profile';
import { createSignInResolver, matchPlan } from '../../src/resolvers';
import { createFakeClock } from '../authenticator/support/createFakeClock';
import { userEntity } from '../support/createEntityLookup';
import { createLogRecorder } from '../support/createLogRecorder';

const make = () =>
  new SignInError('NO_MATCHING_USER', {
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
      const copy = jest.requireActual<typeof import('../../src')>('../../src');
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

const query = { by: 'ref', namespace: 'default', name: 'jane' } as const;

/** A resolver that fails when there is a Jane, and what it logs. */
function createResolver(answer: () => Promise<UserLookupAnswer>) {
  const { logger, lines } = createLogRecorder();
  const resolver = createSignInResolver({
    match: [{ name: 'own', label: 'own', match: () => matchPlan.query(query, { reject }) }],
    lookup: { find: answer },
    logger,
  });
  async function refusal(): Promise<SignInError> {
    const signedIn = resolver({ profile: {}, result: {} }, {} as AuthResolverContext);
    const error: unknown = await signedIn.catch(reason => reason);
    if (!isSignInError(error)) throw error;
    return error;
  }
  return { refusal, lines };
}

const nobody = async (): Promise<UserLookupAnswer> => ({ type: 'entities', entities: [] });
const down = () => Promise.reject(new Error('secret-cause'));
const jane = async (): Promise<UserLookupAnswer> => ({
  type: 'entities',
  entities: [userEntity('jane')],
});
const reject = () => {
  throw new Error('a bug');
};

/** An authenticator with its log, in a browser whose cookies last for one attempt. */
function createAuthenticator(answer: () => Promise<Response>) {
  createFakeClock({ skipMs: 5_000 });
  const { logger, lines } = createLogRecorder();
  const authenticator = createBitbucketServerAuthenticator({ logger, fetch: answer });
  const config = new ConfigReader({ host: 'git.x', clientId: 'c', clientSecret: 's'.repeat(20) });
  const context = authenticator.initialize({ config, callbackUrl: 'https://b.x/frame' });
  const state = encodeOAuthState({ env: 'production', nonce: 'bm9uY2U=' });
  let setCookie: string[] = [];
  const res = {
    getHeader: () => setCookie,
    setHeader: (_name: string, value: string[]) => void (setCookie = value),
    headersSent: true,
  };
  const request = (more: object) => ({ query: {}, ...more }) as never;
  let count = 0;
  return {
    lines,
    start: (at = state) =>
      authenticator.start({ req: request({ res }), scope: '', state: at }, context),
    deny() {
      const [, attempt] = /-attempt=([^;]*)/.exec(setCookie.join()) ?? [];
      const cookies = {
        'bitbucketServer-nonce': 'bm9uY2U=',
        'bitbucketServer-attempt': attempt,
      };
      const query = { state, error: 'access_denied' };
      return authenticator.authenticate({ req: request({ query, cookies }) }, context);
    },
    refresh(response?: object) {
      const req = request({ res: response });
      return authenticator.refresh({ refreshToken: `r${count++}`, scope: '', req }, context);
    },
  };
}

describe('the log of refusals', () => {
  it('writes code, reference, detail and cause', async () => {
    const { refusal, lines } = createResolver(down);
    const { reference, detail } = await refusal();
    expect(detail).toContain('secret-cause');
    expect(lines).toEqual([
      `error: Bitbucket Server sign-in refused: CATALOG_UNAVAILABLE at lookup, reference ${reference}: ${detail}; caused by Error: secret-cause; see docs/errors.md#catalog_unavailable. Further refusals of this outage are at level debug`,
    ]);
  });

  it('warns of somebody whom nobody knows', async () => {
    const { refusal, lines } = createResolver(nobody);
    const { reference, detail } = await refusal();
    expect(lines).toEqual([
      `warn: Bitbucket Server sign-in refused: NO_MATCHING_USER at match, reference ${reference}: ${detail}; see docs/errors.md#no_matching_user`,
    ]);
  });

  it('writes nothing of a foreign error', async () => {
    const { start, lines } = createAuthenticator(down);
    await expect(start('%')).rejects.toThrow();
    expect(lines).toEqual([]);
  });

  it('does not warn of somebody who declines, or goes away', async () => {
    const { start, deny, refresh, lines } = createAuthenticator(() => new Promise(() => {}));
    await start();
    await expect(deny()).rejects.toMatchObject({ code: 'AUTHORIZATION_DENIED' });
    const gone = { once: () => undefined, destroyed: true, headersSent: true };
    await expect(refresh(gone)).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
    expect(lines).toEqual([
      expect.stringMatching(/^info: .*AUTHORIZATION_DENIED/),
      expect.stringMatching(/^info: .*REQUEST_ABORTED/),
    ]);
  });

  describe('in an outage', () => {
    afterEach(() => jest.restoreAllMocks());

    it('is one line at its beginning and one at its end, whoever else is signed in', async () => {
      let now = Date.now();
      jest.spyOn(Date, 'now').mockImplementation(() => now);
      const answers = [
        () => Promise.reject(new TypeError('fetch failed')),
        async () => new Response('', { status: 503 }),
      ];
      let i = 0;
      const { start, refresh, lines } = createAuthenticator(() => answers[i % 2]!());
      for (i = 0; i < 30; i += 1) {
        const code = i % 2 ? 'BITBUCKET_UNAVAILABLE' : 'BITBUCKET_UNREACHABLE';
        await expect(refresh()).rejects.toMatchObject({ code });
        // Somebody whose sign-in needs nothing of what is out.
        await start();
        now += 1_000;
      }
      const shown = () => lines.filter(line => !line.startsWith('debug'));
      expect(shown()).toEqual([expect.stringMatching(/^error: .*BITBUCKET_UNREACHABLE at token/)]);
      expect(lines).toHaveLength(30);
      now += 10_000;
      await start();
      await start();
      expect(shown().slice(1)).toEqual([
        expect.stringMatching(/^info: .*after 30 failures in 29 s/),
      ]);
      await expect(refresh()).rejects.toThrow();
      expect(shown()).toHaveLength(3);
    });

    it('writes refusals that are not of the outage as ever', async () => {
      const answers = [down, nobody, jane, down];
      const { refusal, lines } = createResolver(() => answers.shift()!());
      const codes = [];
      for (let i = 0; i < 4; i += 1) codes.push((await refusal()).code);
      expect(codes.slice(1, 3)).toEqual(['NO_MATCHING_USER', 'MATCHER_FAILED']);
      expect(lines.map(line => line.split(':')[0])).toEqual(['error', 'warn', 'error', 'debug']);
    });
  });
});

/** How an error shows the name in a payload that is not valid. */
function shownAs(name: unknown): string | undefined {
  try {
    parseBitbucketServerUser({ name });
  } catch (error) {
    return /^user payload (.*) is invalid/.exec((error as SignInError).detail)?.[1];
  }
  return undefined;
}

describe('a value from outside', () => {
  it.each([
    ['jane', '"jane"'],
    ['a"b', '"a\\"b"'],
    ['a\nb', '"a\\nb"'],
    ['\u202eevil', '"\\u202eevil"'],
    ['ü', '"\\u00fc"'],
    [undefined, '"undefined"'],
    [{ a: 1 }, '"{\\"a\\":1}"'],
  ])('%j is shown as %s', (value, shown) => {
    expect(shownAs(value)).toBe(shown);
  });

  it('cuts what is long', () => {
    expect(shownAs('x'.repeat(5000))!.length).toBeLessThan(140);
  });
});
