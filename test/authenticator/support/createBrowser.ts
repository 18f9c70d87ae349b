/** What the pop-up gets, or the answer of a refresh. */
export interface SessionMessage {
  readonly status: number;
  readonly profile?: Record<string, unknown>;
  readonly providerInfo?: {
    accessToken: string;
    scope: string;
    expiresInSeconds?: number;
    idToken?: string;
  };
  readonly backstageIdentity?: { token: string; identity: { userEntityRef: string } };
  readonly error?: { name: string; message: string };
  /** Everything that came over the wire, headers included. */
  readonly wire: string;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly wire: string;
}

export interface Cookie {
  readonly value: string;
  readonly attributes: Record<string, string>;
}

const appOrigin = 'http://localhost:3000';

/**
 * As much of a browser as a sign-in needs: it keeps cookies and reads the page of the pop-up. Tabs of
 * one browser share their cookies.
 */
export function createBrowser(authUrl: string, cookies = new Map<string, Cookie>()) {
  async function get(
    path: string,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
    method = 'GET',
  ): Promise<Page> {
    const cookie = [...cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${authUrl}${path}`, {
      method,
      redirect: 'manual',
      signal,
      headers: { ...headers, ...(cookie && { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) store(line);
    const body = await response.text();
    const wire = `${[...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')}\n${body}`;
    return { status: response.status, headers: response.headers, body, wire };
  }

  function store(line: string): void {
    const [pair = '', ...rest] = line.split('; ');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const attributes = Object.fromEntries(
      rest.map(part => [part.split('=')[0]!.toLowerCase(), part.split('=')[1] ?? '']),
    );
    if (attributes['max-age'] === '0') cookies.delete(name);
    // A cookie for another domain, which Backstage clears for the sake of old versions.
    else if (!attributes.domain) cookies.set(name, { value, attributes });
  }

  /** What the page of the pop-up posts to the window that opened it. */
  function readPopup({ status, body, wire }: Page): SessionMessage {
    const encoded = /decodeURIComponent\('([^']*)'\)/.exec(body)?.[1];
    if (encoded === undefined) throw new Error(`This is no page of a pop-up: ${body}`);
    const text = decodeURIComponent(encoded);
    const { response, error } = JSON.parse(text);
    return { status, ...response, error, wire: `${wire}\n${text}` };
  }

  return {
    cookies,
    get,
    readPopup,

    /** Opens the pop-up; answers where it is sent to. */
    async start(query: Record<string, string> = {}): Promise<URL> {
      const all = { env: 'development', origin: appOrigin, flow: 'popup', ...query };
      const { headers } = await get(`/start?${new URLSearchParams(all)}`);
      return new URL(headers.get('location') ?? '');
    },

    /** Comes back from Bitbucket. */
    async comeBack(redirectUrl: string): Promise<SessionMessage> {
      return readPopup(await get(`/handler/frame${new URL(redirectUrl).search}`));
    },

    /** Presses "Sign out". */
    signOut(query: Record<string, string> = {}): Promise<Page> {
      const all = new URLSearchParams({ env: 'development', ...query });
      const headers = { 'x-requested-with': 'XMLHttpRequest' };
      return get(`/logout?${all}`, headers, undefined, 'POST');
    },

    async refresh(
      query: Record<string, string> = {},
      signal?: AbortSignal,
    ): Promise<SessionMessage> {
      const all = new URLSearchParams({ env: 'development', ...query });
      const headers = { 'x-requested-with': 'XMLHttpRequest' };
      const { status, body, wire } = await get(`/refresh?${all}`, headers, signal);
      return { status, ...JSON.parse(body), wire };
    },
  };
}

export type Browser = ReturnType<typeof createBrowser>;
