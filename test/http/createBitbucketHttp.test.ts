import type { SignInError } from '../../src/errors';
import { isSignInError } from '../../src/errors';
import { createBitbucketHttp } from '../../src/http';
import { clock as libraryClock, createFakeClock } from '../authenticator/support/createFakeClock';

const url = 'https://git.example.com/bitbucket/rest/api/latest/users?filter=jane';
const json = { 'content-type': 'application/json;charset=UTF-8' };
const token = 'planted-access-token';

type Reply = Response | Error | Promise<Response>;

/** A client whose `fetch` gives these replies in turn. */
function clientOf(replies: Reply[], options: Parameters<typeof createBitbucketHttp>[0] = {}) {
  const clock = createFakeClock({ skipMs: 5_000 });
  const requests: Request[] = [];
  const inits: RequestInit[] = [];
  const http = createBitbucketHttp({
    fetch: async (input, init) => {
      requests.push(new Request(input, init));
      inits.push(init ?? {});
      const reply = replies.shift();
      if (reply === undefined) throw new Error('one request too many');
      if (reply instanceof Error) throw reply;
      return reply;
    },
    ...options,
  });
  return { http, clock, requests, inits };
}

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => jest.restoreAllMocks());

async function errorOf(work: Promise<unknown>): Promise<SignInError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSignInError(error)) throw new Error(`no SignInError, but ${String(error)}`);
  return error;
}

const never = () => new Promise<never>(() => undefined);
const networkError = (code: string) =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(), { code }) });

describe('getJson', () => {
  it('sends the token as bearer, follows no redirect, and answers status, headers and JSON', async () => {
    const { http, requests, inits } = clientOf([
      new Response('{"a":1}', { headers: { ...json, 'x-ausername': 'jane' } }),
    ]);
    const answer = await http.getJson(url, { accessToken: token });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ a: 1 });
    expect(answer.headers.get('x-ausername')).toBe('jane');
    expect(requests[0]!.headers.get('authorization')).toBe(`Bearer ${token}`);
    expect(inits[0]!.redirect).toBe('manual');
  });

  it('sends another kind of authorization as it is', async () => {
    const { http, requests } = clientOf([new Response('{}', { headers: json })]);
    await http.getJson(url, { authorization: 'Basic YTpi' });
    expect(requests[0]!.headers.get('authorization')).toBe('Basic YTpi');
  });

  it.each<[string, () => Response, string]>([
    [
      '302',
      () => new Response('', { status: 302, headers: { location: '/login?next=x' } }),
      'BITBUCKET_REDIRECTED',
    ],
    ['400', () => new Response('{}', { status: 400, headers: json }), 'BITBUCKET_RESPONSE_INVALID'],
    ['401', () => new Response('{}', { status: 401, headers: json }), 'BITBUCKET_REFUSED'],
    ['403', () => new Response('{}', { status: 403, headers: json }), 'BITBUCKET_REFUSED'],
    ['404', () => new Response('{}', { status: 404, headers: json }), 'BITBUCKET_NOT_FOUND'],
    ['418', () => new Response('{}', { status: 418, headers: json }), 'BITBUCKET_RESPONSE_INVALID'],
    ['507', () => new Response('{}', { status: 507, headers: json }), 'BITBUCKET_UNAVAILABLE'],
    ['500', () => new Response('{}', { status: 500, headers: json }), 'BITBUCKET_UNAVAILABLE'],
    [
      'HTML',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'BITBUCKET_RESPONSE_INVALID',
    ],
    [
      'JSON that calls itself text',
      () => new Response('{}', { headers: { 'content-type': 'text/plain' } }),
      'BITBUCKET_RESPONSE_INVALID',
    ],
    [
      'no content type',
      () => new Response(new Uint8Array([123, 125])),
      'BITBUCKET_RESPONSE_INVALID',
    ],
    [
      'half of a JSON',
      () => new Response('{"a":', { headers: json }),
      'BITBUCKET_RESPONSE_INVALID',
    ],
    [
      'no body',
      () => new Response(null, { status: 204, headers: json }),
      'BITBUCKET_RESPONSE_INVALID',
    ],
    [
      'bytes that are no UTF-8',
      () => new Response(new Uint8Array([34, 255, 34]), { headers: json }),
      'BITBUCKET_RESPONSE_INVALID',
    ],
  ])('refuses %s at once', async (_name, reply, code) => {
    const { http, requests } = clientOf([reply()]);
    expect((await errorOf(http.getJson(url, { accessToken: token }))).code).toBe(code);
    expect(requests).toHaveLength(1);
  });

  it('says what Bitbucket says, without the token and without control characters', async () => {
    const body = {
      errors: [
        {
          exceptionName: 'com.atlassian.bitbucket.AuthorisationException',
          message: `Token ${token}\n is not \u202egood`,
        },
      ],
    };
    const { http } = clientOf([new Response(JSON.stringify(body), { status: 401, headers: json })]);
    const { detail } = await errorOf(http.getJson(url, { accessToken: token }));
    expect(detail).toBe(
      'GET https://git.example.com/bitbucket/rest/api/latest/users answered 401 (exception "com.atlassian.bitbucket.AuthorisationException", message "Token [redacted]\\n is not \\u202egood")',
    );
  });

  it('says where a redirect leads, without its query', async () => {
    const location = 'https://sso.example.com/login?next=secret-path';
    const { http } = clientOf([new Response('', { status: 302, headers: { location } })]);
    const { detail } = await errorOf(http.getJson(url));
    expect(detail).toContain('to "https://sso.example.com/login"');
    expect(detail).not.toContain('secret-path');
  });

  it('names the code of a network error and never its text', async () => {
    const error = networkError('SELF_SIGNED_CERT_IN_CHAIN');
    error.message = `fetch failed for ${token}`;
    const { http } = clientOf([error, error, error]);
    const failure = await errorOf(http.getJson(url, { accessToken: token }));
    expect(failure.code).toBe('BITBUCKET_UNREACHABLE');
    expect(failure.detail).toContain('SELF_SIGNED_CERT_IN_CHAIN');
    expect(failure.detail).toContain('NODE_EXTRA_CA_CERTS');
    expect(`${failure.detail}${failure.underlyingError}`).not.toContain(token);
  });

  it('tells a certificate for another host name from one that nobody has signed', async () => {
    const error = networkError('ERR_TLS_CERT_ALTNAME_INVALID');
    const { detail, code } = await errorOf(clientOf([error, error, error]).http.getJson(url));
    expect(code).toBe('BITBUCKET_UNREACHABLE');
    expect(detail).toContain('the certificate is for another host name than the configured one');
    expect(detail).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  it.each([408, 425])('says in the end of %i that Bitbucket has a problem', async status => {
    const replies = [1, 2, 3].map(() => new Response('{}', { status, headers: json }));
    const { code } = await errorOf(clientOf(replies).http.getJson(url));
    expect(code).toBe('BITBUCKET_UNAVAILABLE');
  });

  describe('retries', () => {
    const good = () => new Response('{}', { headers: json });
    const bad = (status: number, headers = {}) =>
      new Response('{}', { status, headers: { ...json, ...headers } });

    it.each([408, 425, 429, 502, 503, 504])('%i twice, with a growing delay', async status => {
      const { http, clock, requests } = clientOf([bad(status), bad(status), good()]);
      await http.getJson(url);
      expect(requests).toHaveLength(3);
      expect(clock.asked).toEqual([10_000, 100, 200]);
    });

    it('a network error, and gives up after three attempts', async () => {
      const reset = networkError('ECONNRESET');
      const { http, requests } = clientOf([reset, reset, reset]);
      expect((await errorOf(http.getJson(url))).code).toBe('BITBUCKET_UNREACHABLE');
      expect(requests).toHaveLength(3);
    });

    it('after the seconds that Retry-After says', async () => {
      const { http, clock } = clientOf([bad(429, { 'retry-after': '3' }), good()]);
      await http.getJson(url);
      expect(clock.asked).toEqual([10_000, 3_000]);
    });

    it('after the date that Retry-After says', async () => {
      const replies: Reply[] = [];
      const { http, clock } = clientOf(replies);
      const date = new Date(Math.ceil(clock.now() / 1_000) * 1_000 + 2_000);
      replies.push(bad(503, { 'retry-after': date.toUTCString() }), good());
      await http.getJson(url);
      expect(clock.asked[1]).toBe(date.getTime() - clock.now());
    });

    it('not when Retry-After outlasts the call', async () => {
      const { http, requests } = clientOf([bad(429, { 'retry-after': '60' })]);
      expect((await errorOf(http.getJson(url))).code).toBe('BITBUCKET_RATE_LIMITED');
      expect(requests).toHaveLength(1);
    });

    it('not when the caller goes away in between', async () => {
      const controller = new AbortController();
      const { http, requests } = clientOf([bad(503)]);
      const { sleep } = libraryClock;
      libraryClock.sleep = (ms, signal) => {
        if (ms < 5_000) controller.abort();
        return sleep(ms, signal);
      };
      const error = await errorOf(http.getJson(url, { signal: controller.signal }));
      expect(error.code).toBe('REQUEST_ABORTED');
      expect(requests).toHaveLength(1);
    });
  });

  describe('ends', () => {
    it('after its time, when no headers come, also with a fetch that ignores signals', async () => {
      const { http, clock, requests } = clientOf([never()]);
      const work = errorOf(http.getJson(url));
      clock.advance(10_000);
      expect((await work).code).toBe('BITBUCKET_TIMEOUT');
      expect(requests).toHaveLength(1);
    });

    it('after its time, when the body does not end', async () => {
      let canceled = false;
      let pulled = () => undefined as void;
      const reading = new Promise<void>(resolve => {
        pulled = resolve;
      });
      const body = new ReadableStream({
        start: controller => controller.enqueue(new TextEncoder().encode('{"a":')),
        pull: () => pulled(),
        cancel: () => {
          canceled = true;
        },
      });
      const { http, clock } = clientOf([new Response(body, { headers: json })]);
      const work = errorOf(http.getJson(url));
      await reading;
      clock.advance(10_000);
      expect((await work).code).toBe('BITBUCKET_TIMEOUT');
      expect(canceled).toBe(true);
    });

    it('when the caller goes away, before and during the call', async () => {
      const early = AbortSignal.abort();
      expect((await errorOf(clientOf([never()]).http.getJson(url, { signal: early }))).code).toBe(
        'REQUEST_ABORTED',
      );
      const controller = new AbortController();
      const work = errorOf(clientOf([never()]).http.getJson(url, { signal: controller.signal }));
      controller.abort();
      expect((await work).code).toBe('REQUEST_ABORTED');
    });

    it.each(['said', 'not said'])('when the body is too large, its length being %s', async how => {
      const headers = how === 'said' ? { ...json, 'content-length': '33' } : json;
      const { http } = clientOf([new Response(`"${'x'.repeat(31)}"`, { headers })], {
        maxBytes: 32,
      });
      expect((await errorOf(http.getJson(url))).code).toBe('BITBUCKET_RESPONSE_TOO_LARGE');
      const exact = clientOf([new Response(`"${'x'.repeat(30)}"`, { headers: json })], {
        maxBytes: 32,
      });
      expect((await exact.http.getJson(url)).json).toHaveLength(30);
    });
  });
});

describe('postForm', () => {
  const fields = {
    client_secret: 'planted secret/1',
    code: 'planted-code',
    refresh_token: 'planted-refresh-token',
  };

  it('sends the fields in the body', async () => {
    const { http, requests } = clientOf([new Response('{}', { headers: json })]);
    await http.postForm(url, { grant_type: 'a b', client_secret: 'x&y=z' });
    expect(await requests[0]!.text()).toBe('grant_type=a+b&client_secret=x%26y%3Dz');
    expect(requests[0]!.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
  });

  it.each([400, 401, 403])('answers %i, with and without a JSON body', async status => {
    const { http } = clientOf([
      new Response('{"error":"invalid_grant"}', { status, headers: json }),
      new Response('<html>', { status, headers: { 'content-type': 'text/html' } }),
      new Response('{"error"', { status, headers: json }),
    ]);
    expect(await http.postForm(url, fields)).toMatchObject({
      status,
      json: { error: 'invalid_grant' },
    });
    expect(await http.postForm(url, fields)).toMatchObject({ status, json: undefined });
    expect(await http.postForm(url, fields)).toMatchObject({ status, json: undefined });
  });

  it.each([404, 408, 425, 429, 500, 502, 503, 507])(
    'throws on %i without a second attempt',
    async status => {
      const { http, requests } = clientOf([new Response('{}', { status, headers: json })]);
      const error = await errorOf(http.postForm(url, fields));
      expect(error.phase).toBe('token');
      expect(requests).toHaveLength(1);
    },
  );

  describe('takes what may be the only copy of the tokens', () => {
    const body = '{"access_token":"A"}';
    const bytes = (text: string) => new TextEncoder().encode(text);

    it.each<[string, () => Response]>([
      [
        'that calls itself HTML',
        () => new Response(body, { headers: { 'content-type': 'text/html' } }),
      ],
      ['without a content type', () => new Response(bytes(body))],
      [
        'with a Content-Length beyond every limit',
        () => new Response(body, { headers: { ...json, 'content-length': '99999999' } }),
      ],
      [
        'with invalid UTF-8 around them',
        () => new Response(new Uint8Array([...bytes('{"access_token":"A","x":"'), 255, 34, 125])),
      ],
      [
        'whose connection dies after the closing brace',
        () =>
          new Response(
            new ReadableStream({
              start: controller => controller.enqueue(bytes(body)),
              pull: controller => controller.error(networkError('ECONNRESET')),
            }),
            { headers: json },
          ),
      ],
    ])('from an answer %s', async (_name, reply) => {
      const { http } = clientOf([reply()]);
      const answer = await http.postForm(url, fields);
      expect(answer.json).toMatchObject({ access_token: 'A' });
    });

    it.each<[string, () => Response, string]>([
      [
        'a page',
        () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
        'BITBUCKET_RESPONSE_INVALID',
      ],
      ['nothing', () => new Response(null, { status: 204 }), 'BITBUCKET_RESPONSE_INVALID'],
      [
        'too much',
        () => new Response(`"${'x'.repeat(1024 * 1024)}"`, { headers: json }),
        'BITBUCKET_RESPONSE_TOO_LARGE',
      ],
      [
        'half of them',
        () =>
          new Response(
            new ReadableStream({
              start: controller => controller.enqueue(bytes('{"access_tok')),
              pull: controller => controller.error(networkError('ECONNRESET')),
            }),
            { headers: json },
          ),
        'BITBUCKET_UNREACHABLE',
      ],
    ])('but not out of %s', async (_name, reply, code) => {
      const { http, requests } = clientOf([reply()]);
      expect((await errorOf(http.postForm(url, fields))).code).toBe(code);
      expect(requests).toHaveLength(1);
    });
  });

  it('does not repeat itself after a network error', async () => {
    const { http, requests } = clientOf([networkError('ECONNRESET')]);
    expect((await errorOf(http.postForm(url, fields))).code).toBe('BITBUCKET_UNREACHABLE');
    expect(requests).toHaveLength(1);
  });

  it('keeps its fields out of an error that echoes them, encoded ones too', async () => {
    const message = `${fields.code} ${fields.refresh_token} ${encodeURIComponent(fields.client_secret)} ${fields.client_secret}`;
    const body = JSON.stringify({ errors: [{ message }] });
    const { http } = clientOf([new Response(body, { status: 500, headers: json })]);
    const error = await errorOf(http.postForm(url, fields));
    expect(error.detail).toContain('[redacted] [redacted] [redacted] [redacted]');
    expect(`${error.detail}${error.message}`).not.toMatch(/planted/);
  });

  it('takes a time limit of its own', async () => {
    const { http, clock } = clientOf([never()]);
    const work = errorOf(http.postForm(url, fields, { timeout: { seconds: 30 } }));
    clock.advance(10_000);
    expect(clock.asked).toEqual([30_000]);
    clock.advance(20_000);
    expect((await work).code).toBe('BITBUCKET_TIMEOUT');
  });
});
