import { createHash } from 'node:crypto';
import { fakeClock } from '../../support/controlled';
import { exchange, get, json, postToken, redirectUri, useSimulators, WHO_AM_I } from './support';

const start = useSimulators();
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

async function nameOf(simulator: Parameters<typeof get>[0], token: unknown) {
  return (await get(simulator, WHO_AM_I, String(token))).headers.get('x-ausername');
}

describe('the exchange of a code', () => {
  it('answers in the documented shape, which has no scope', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1));
    const simulator = await start({ now: clock.now });
    const { code } = simulator.authorize('jdoe', { redirectUri });
    const response = await postToken(simulator, exchange(code));
    expect(response.status).toBe(200);
    const tokens = await json(response);
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      created_at: clock.now() / 1000,
    });
    expect(await nameOf(simulator, tokens.access_token)).toBe('jdoe');
    expect(simulator.counts).toMatchObject({ token: 1, tokenExchanges: 1, refreshes: 0 });
  });

  it('takes its parameters from the query string too, as the documentation does', async () => {
    const simulator = await start();
    const { code } = simulator.authorize('jdoe', { redirectUri });
    const query = new URLSearchParams({
      client_id: 'backstage',
      client_secret: 'backstage-secret',
      ...exchange(code),
    });
    const url = `${simulator.baseUrl}/rest/oauth2/1.0/token?${query}`;
    expect((await fetch(url, { method: 'POST' })).status).toBe(200);
  });

  it('refuses client credentials in an Authorization header', async () => {
    const simulator = await start();
    const { code } = simulator.authorize('jdoe', { redirectUri });
    const basic = Buffer.from('backstage:backstage-secret').toString('base64');
    const response = await postToken(simulator, exchange(code), {
      authorization: `Basic ${basic}`,
    });
    expect(response.status).toBe(401);
    expect(await json(response)).toMatchObject({ error: 'invalid_client' });
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['no grant type', { grant_type: '' }, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no code', { code: '' }, 'invalid_request'],
    ['an unknown code', { code: 'guessed' }, 'invalid_grant'],
    ['another redirect address', { redirect_uri: `${redirectUri}/x` }, 'invalid_grant'],
  ])('answers %s with 400 and the code of RFC 6749', async (_name, more, error) => {
    const simulator = await start();
    const { code } = simulator.authorize('jdoe', { redirectUri });
    const response = await postToken(simulator, exchange(code, more));
    expect(response.status).toBe(400);
    expect(await json(response)).toEqual({ error, error_description: expect.any(String) });
    expect(simulator.counts.tokenExchanges).toBe(0);
  });

  it('refuses a code of another client', async () => {
    const client = (clientId: string) => ({
      clientId,
      clientSecret: 'backstage-secret',
      redirectUris: [],
      scopes: [],
    });
    const simulator = await start({ clients: [client('backstage'), client('other')] });
    const { code } = simulator.authorize('jdoe', { redirectUri, clientId: 'other' });
    expect((await postToken(simulator, exchange(code))).status).toBe(400);
  });

  it.each([
    [9_999, 200],
    [10_000, 400],
  ])('a code that is %d ms old gets %d', async (age, status) => {
    const clock = fakeClock(Date.UTC(2026, 0, 1));
    const simulator = await start({ now: clock.now });
    const { code } = simulator.authorize('jdoe', { redirectUri });
    clock.advance(age);
    expect((await postToken(simulator, exchange(code))).status).toBe(status);
  });

  it('refuses a code the second time and ends the tokens of the first', async () => {
    const simulator = await start();
    const { code } = simulator.authorize('jdoe', { redirectUri });
    const tokens = await json(await postToken(simulator, exchange(code)));
    const replay = await postToken(simulator, exchange(code));
    expect(await json(replay)).toMatchObject({ error: 'invalid_grant' });
    expect(await nameOf(simulator, tokens.access_token)).toBeNull();
  });

  it.each([
    [
      'the right S256 verifier',
      { codeChallenge: challenge, codeChallengeMethod: 'S256' },
      verifier,
      200,
    ],
    ['the right plain verifier', { codeChallenge: verifier }, verifier, 200],
    [
      'a wrong verifier',
      { codeChallenge: challenge, codeChallengeMethod: 'S256' },
      'w'.repeat(43),
      400,
    ],
    ['no verifier', { codeChallenge: challenge, codeChallengeMethod: 'S256' }, '', 400],
    ['a verifier that is too short', { codeChallenge: 'short' }, 'short', 400],
  ])('answers a challenged code with %s', async (_name, pkce, code_verifier, status) => {
    const simulator = await start();
    const { code } = simulator.authorize('jdoe', { redirectUri, ...pkce });
    expect((await postToken(simulator, exchange(code, { code_verifier }))).status).toBe(status);
  });

  it('is a POST', async () => {
    const response = await get(await start(), '/rest/oauth2/latest/token');
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('the refresh', () => {
  it('gives a new pair and ends both old tokens at once', async () => {
    const simulator = await start();
    const old = simulator.issueTokens('jdoe');
    const refresh = { grant_type: 'refresh_token', refresh_token: old.refreshToken };
    const tokens = await json(await postToken(simulator, refresh));
    expect(tokens.access_token).not.toBe(old.accessToken);
    expect(tokens.refresh_token).not.toBe(old.refreshToken);
    expect(await nameOf(simulator, tokens.access_token)).toBe('jdoe');
    expect(await nameOf(simulator, old.accessToken)).toBeNull();
    const again = await postToken(simulator, refresh);
    expect(again.status).toBe(400);
    expect(await json(again)).toMatchObject({ error: 'invalid_grant' });
    expect(simulator.counts).toMatchObject({ refresh: 2, refreshes: 1, token: 0 });
  });

  it.each([
    [7_776_000_000 - 1, 200],
    [7_776_000_000, 400],
  ])('a refresh token that is %d ms old gets %d', async (age, status) => {
    const clock = fakeClock(Date.UTC(2026, 0, 1));
    const simulator = await start({ now: clock.now });
    const { refreshToken } = simulator.issueTokens('jdoe');
    clock.advance(age);
    const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect((await postToken(simulator, refresh)).status).toBe(status);
  });

  it('refuses a removed person, everything after revokeAll, and a missing token', async () => {
    const simulator = await start();
    const { refreshToken: ofRemoved } = simulator.issueTokens('jdoe');
    simulator.removePerson('jdoe');
    const { refreshToken: ofRevoked } = simulator.issueTokens('Jane@example');
    simulator.revokeAll();
    for (const refresh_token of [ofRemoved, ofRevoked, '']) {
      const response = await postToken(simulator, { grant_type: 'refresh_token', refresh_token });
      expect(response.status).toBe(400);
    }
  });
});

describe('a refresh token that is used again', () => {
  const refresh = (refresh_token: unknown) => ({
    grant_type: 'refresh_token',
    refresh_token: String(refresh_token),
  });

  it.each([
    ['by default', undefined, 200],
    ["with 'refuse'", 'refuse' as const, 200],
    ["with 'end-grant'", 'end-grant' as const, 400],
  ])('is refused %s (%s); its successor then gets %d', async (_when, refreshTokenReuse, status) => {
    const simulator = await start({ refreshTokenReuse });
    const { refreshToken } = simulator.issueTokens('jdoe');
    const second = await json(await postToken(simulator, refresh(refreshToken)));
    const third = await json(await postToken(simulator, refresh(second.refresh_token)));

    const reuse = await postToken(simulator, refresh(refreshToken));
    expect(reuse.status).toBe(400);
    expect(await json(reuse)).toMatchObject({ error: 'invalid_grant' });
    expect(await nameOf(simulator, third.access_token)).toBe(status === 200 ? 'jdoe' : null);
    expect((await postToken(simulator, refresh(third.refresh_token))).status).toBe(status);
  });

  it("with 'end-grant' ends only the sign-in that it belongs to, and only for its own client", async () => {
    const client = (clientId: string) => ({
      clientId,
      clientSecret: 'backstage-secret',
      redirectUris: [],
      scopes: [],
    });
    const clients = [client('backstage'), client('other')];
    const simulator = await start({ clients, refreshTokenReuse: 'end-grant' });
    const other = simulator.issueTokens('jdoe');
    const { refreshToken } = simulator.issueTokens('jdoe');
    const { access_token } = await json(await postToken(simulator, refresh(refreshToken)));

    await postToken(simulator, { ...refresh(refreshToken), client_id: 'other' });
    expect(await nameOf(simulator, access_token)).toBe('jdoe');
    await postToken(simulator, refresh(refreshToken));
    expect(await nameOf(simulator, access_token)).toBeNull();
    expect(await nameOf(simulator, other.accessToken)).toBe('jdoe');
  });
});

describe('an access token', () => {
  it.each([
    [3_599_999, 'jdoe'],
    [3_600_000, null],
  ])('of %d ms makes the request one of %s', async (age, name) => {
    const clock = fakeClock(Date.UTC(2026, 0, 1));
    const simulator = await start({ now: clock.now });
    const { accessToken } = simulator.issueTokens('jdoe');
    clock.advance(age);
    expect(await nameOf(simulator, accessToken)).toBe(name);
  });

  it('is not handed out for a scope that the link does not grant', async () => {
    const simulator = await start();
    expect(() => simulator.issueTokens('jdoe', 'REPO_ADMIN')).toThrow('invalid_scope');
  });
});
