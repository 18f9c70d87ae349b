import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { encodeOAuthState } from '@backstage/plugin-auth-node';
import {
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import type { Browser, SessionMessage } from '../authenticator/support/createBrowser';
import { signInByUsername, startAuthBackend } from '../authenticator/support/startAuthBackend';
import type { AuthBackend } from '../authenticator/support/startAuthBackend';

type Route = 'token' | 'whoami' | 'user' | 'users';
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const mallory = {
  id: 666,
  name: 'mallory',
  slug: 'mallory',
  displayName: 'Mallory',
  emailAddress: 'mallory@corp.example',
  active: true,
  type: 'NORMAL',
};
const jane = { ...mallory, id: 101, name: 'jane', slug: 'jane', emailAddress: 'jane@corp.example' };
const tokens = {
  access_token: 'planted-access-token',
  refresh_token: 'planted-refresh-token',
  token_type: 'bearer',
  expires_in: 3600,
};
const timeoutMs = 400;

const send =
  (json: unknown, headers: Record<string, string | string[]> = {}): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(typeof json === 'string' ? json : JSON.stringify(json));
  };
const identify = (name: string | string[], id?: string | string[]): Answer =>
  send({ version: '9' }, { 'x-ausername': name, ...(id === undefined ? {} : { 'x-auserid': id }) });

/** One byte now and then, for as long as somebody listens. */
const drip: Answer = (_request, response) => {
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-ausername': 'mallory',
    'x-auserid': '666',
  });
  response.write('{"a":"');
  const timer = setInterval(() => response.write('x'), 20);
  response.on('close', () => clearInterval(timer));
};
const silence: Answer = () => undefined;
const member = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
/** Small on the way, and a gigabyte when it is opened. */
const bomb: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  for (let part = 0; part < 16; part += 1) response.write(member);
  response.end();
};
const stream: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const write = () => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
    response.once('drain', write);
  };
  write();
};
const page = (values: unknown[], rest: object = {}) => ({ values, isLastPage: true, ...rest });

/** Mallory owns the Bitbucket Server, or the network before it, down to the last byte. */
describe('a Bitbucket Server that answers whatever it likes', () => {
  let server: Server;
  let listener: RequestListener;
  let backend: AuthBackend;
  let seen: string[];
  let answers: Record<Route, Answer>;

  beforeAll(async () => {
    server = createServer((request, response) => listener(request, response));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    backend = await startAuthBackend(
      {
        development: {
          clientId: 'backstage',
          clientSecret: 'planted-client-secret',
          baseUrl,
          timeout: { milliseconds: timeoutMs },
          profileCacheTtl: '0s',
        },
      },
      createBitbucketServerProviderFactory({
        createOptions: () => ({
          authenticator: createBitbucketServerAuthenticator(),
          signInResolver: signInByUsername,
        }),
      }),
    );
  });

  beforeEach(() => {
    seen = [];
    backend.log.lines.length = 0;
    answers = {
      token: send(tokens),
      whoami: identify('mallory', '666'),
      user: send(mallory),
      users: send(page([mallory])),
    };
    listener = (request, response) => {
      request.resume();
      const url = request.url ?? '';
      seen.push(url);
      if (url.includes('/token')) answers.token(request, response);
      else if (url.includes('application-properties')) answers.whoami(request, response);
      else if (url.includes('/users/')) answers.user(request, response);
      else answers.users(request, response);
    };
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await backend?.stop();
  });

  async function signIn(): Promise<{ browser: Browser; session: SessionMessage }> {
    const browser = backend.createBrowser();
    const start = await browser.start();
    const callback = new URL('http://localhost/');
    callback.searchParams.set('code', 'planted-code');
    callback.searchParams.set('state', start.searchParams.get('state')!);
    return { browser, session: await browser.comeBack(callback.href) };
  }

  function expectRefusal(session: SessionMessage): void {
    expect(session.backstageIdentity).toBeUndefined();
    const log = backend.log.lines.join('\n');
    expect(session.wire.replace(/^set-cookie: .*$/gim, '') + log).not.toContain('planted-');
    for (const line of backend.log.lines) expect(line).not.toMatch(/\p{Cc}/u);
  }

  it('signs Mallory in when it says so, so that the tests below can fail', async () => {
    const { session } = await signIn();
    expect(session.backstageIdentity!.identity.userEntityRef).toBe('user:default/mallory');
  });

  it.each<[Route, string, Answer]>(
    (['token', 'whoami', 'user', 'users'] as const).flatMap((route): [Route, string, Answer][] => [
      [route, 'one byte now and then', drip],
      [route, 'nothing', silence],
      [route, 'a small answer that is a gigabyte', bomb],
      [route, 'an answer without an end', stream],
    ]),
  )('whose %s sends %s, is left within its time and memory', async (route, _what, answer) => {
    answers[route] = answer;
    if (route === 'users') answers.user = send(jane);
    const startedAt = performance.now();
    const { session } = await signIn();
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs * 8);
    expectRefusal(session);
    expect(session.error!.message).toMatch(/BITBUCKET_|TOKEN_RESPONSE_INVALID/);
  });

  it.each<[string, Answer]>([
    ['two names in two headers', identify(['mallory', 'jane'], '666')],
    ['two ids', identify('mallory', ['666', '101'])],
    ['an id with a sign', identify('mallory', '+666')],
    ['an id in another notation', identify('mallory', '666e0')],
    ['a name with a line break', identify('mallory%0D%0AX: y', '666')],
    ['a name with NUL', identify('mallory%00', '666')],
    ['a name of one more letter', identify('mallory%E2%80%8B', '666')],
    ['the id of somebody else', identify('mallory', '101')],
    ['the name of somebody else', identify('jane', '666')],
    ['a path for a name', identify('..%2F..%2Fadmin', '666')],
    ['a page of names', identify('mallory,jane', '666')],
  ])('that says %s signs nobody in', async (_what, answer) => {
    answers.whoami = answer;
    expectRefusal((await signIn()).session);
    // No name is more than one segment of a path.
    expect(seen.map(url => new URL(url, 'http://x').pathname.split('/')[1])).not.toContain('admin');
  });

  it.each<[string, unknown]>([
    ['a list', [mallory]],
    ['a text', '"mallory"'],
    ['null', 'null'],
    ['a deep one', '['.repeat(200_000)],
    ['one whose prototype has the name', '{"__proto__":{"id":666,"name":"mallory","slug":"m"}}'],
    ['an id that is a list', { ...mallory, id: [666] }],
    ['an id beyond all ids', { ...mallory, id: 1e300 }],
    ['a name that is a list', { ...mallory, name: ['mallory'] }],
    ['an email that is an object', { ...mallory, emailAddress: { toString: 'x' } }],
    ['an account that is "false"', { ...mallory, active: 'false' }],
    ['an account that is 0', { ...mallory, active: 0 }],
    ['a slug of another type', { ...mallory, slug: 7 }],
    ['an endless name', { ...mallory, name: 'm'.repeat(500_000) }],
  ])('whose record is %s signs nobody in', async (_what, record) => {
    answers.user = send(record);
    answers.users = send(page([record]));
    expectRefusal((await signIn()).session);
  });

  it.each<[string, Answer]>([
    [
      'always goes on',
      (request, response) => {
        const start = Number(new URL(request.url!, 'http://x').searchParams.get('start'));
        send(page([jane], { isLastPage: false, nextPageStart: start + 1 }))(request, response);
      },
    ],
    ['goes back', send(page([jane], { isLastPage: false, nextPageStart: 0 }))],
    ['goes on from nowhere', send(page([jane], { isLastPage: false }))],
    ['goes on from a text', send(page([jane], { isLastPage: false, nextPageStart: '9' }))],
    ['goes on beyond all numbers', send(page([jane], { isLastPage: false, nextPageStart: 1e308 }))],
    ['has her twice', send(page([mallory, mallory]))],
    ['has no users', send(page([null, 7, 'mallory', ['mallory'], { name: ['mallory'] }]))],
  ])('whose list of users %s signs nobody in, and ends', async (_what, answer) => {
    answers.user = (_request, response) => response.writeHead(404).end();
    answers.users = answer;
    expectRefusal((await signIn()).session);
    expect(seen.length).toBeLessThan(30);
  });

  it.each<[string, object]>([
    ['an access token with a line break', { access_token: 'a\r\nb' }],
    ['an access token with a space', { access_token: 'a b' }],
    ['an access token that is a list', { access_token: ['a'] }],
    ['an endless access token', { access_token: 'a'.repeat(500_000) }],
    ['no access token', { access_token: undefined }],
    ['an error beside the tokens', { error: 'invalid_grant' }],
  ])('that gives %s signs nobody in', async (_what, patch) => {
    answers.token = send({ ...tokens, ...patch });
    expectRefusal((await signIn()).session);
  });

  it.each<[string, object]>([
    ['a refresh token with a line break', { refresh_token: 'a\r\nSet-Cookie: x=y' }],
    ['a refresh token that is an object', { refresh_token: { a: 1 } }],
    ['a scope with a line break', { scope: 'REPO_READ\r\nSet-Cookie: x=y' }],
    ['a scope that is a list', { scope: ['REPO_READ'] }],
    ['a life that is negative', { expires_in: -1 }],
    ['a life without an end', { expires_in: 1e300 }],
    ['another type of token', { token_type: 'mac' }],
  ])('that gives %s loses only that', async (_what, patch) => {
    answers.token = send({ ...tokens, ...patch });
    const { session, browser } = await signIn();
    expect(session.backstageIdentity!.identity.userEntityRef).toBe('user:default/mallory');
    expect(browser.cookies.has('x')).toBe(false);
    expect(session.wire.toLowerCase()).not.toContain('set-cookie: x');
  });

  it.each<[string, Answer]>([
    ['one byte now and then', drip],
    ['nothing', silence],
    ['a small answer that is a gigabyte', bomb],
    ['an answer without an end', stream],
  ])('that answers a refresh with %s keeps nobody waiting', async (_what, answer) => {
    const { browser } = await signIn();
    answers.token = answer;
    const startedAt = performance.now();
    const session = await browser.refresh();
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs * 8);
    expectRefusal(session);
  });

  it.each<[string, (state: string, env: string) => string]>([
    ['two states', state => `code=x&state=${state}&state=${state}`],
    ['a state in a list', state => `code=x&state[]=${state}`],
    ['a state in an object', state => `code=x&state[a]=${state}`],
    ['two codes', state => `code=x&code=y&state=${state}`],
    ['a code in an object', state => `code[a]=x&state=${state}`],
    ['no code', state => `state=${state}`],
    ['an empty code', state => `code=&state=${state}`],
    ['an environment in a list', (state, env) => `code=x&state=${state}&env[]=${env}`],
    ['two environments', (state, env) => `code=x&state=${state}&env=${env}&env=${env}`],
    ['an empty environment', state => `code=x&state=${state}&env=`],
    ['an error and a code', state => `error=access_denied&code=x&state=${state}`],
  ])('is sent nothing for a callback with %s', async (_what, query) => {
    const browser = backend.createBrowser();
    const start = await browser.start();
    const state = encodeURIComponent(start.searchParams.get('state')!);
    const session = browser.readPopup(
      await browser.get(`/handler/frame?${query(state, 'development')}`),
    );
    expectRefusal(session);
    expect(seen).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an environment that every object has', { env: 'constructor' }],
    ['the prototype as an environment', { env: '__proto__' }],
    ['no nonce', { nonce: undefined }],
    ['an empty nonce', { nonce: '' }],
  ])('is sent nothing for a state with %s', async (_what, patch) => {
    const browser = backend.createBrowser();
    await browser.start();
    const nonce = decodeURIComponent(browser.cookies.get('bitbucketServer-nonce')!.value);
    if (patch.nonce === '')
      browser.cookies.set('bitbucketServer-nonce', { value: '', attributes: {} });
    const state = encodeOAuthState({ nonce, env: 'development', ...patch } as never);
    const answer = await browser.get(`/handler/frame?code=x&state=${encodeURIComponent(state)}`);
    expectRefusal(browser.readPopup(answer));
    expect(seen).toEqual([]);
  });
});
