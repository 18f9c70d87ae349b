import http from 'node:http';
import { appOrigin } from '../world/backendConfig';
import type { BenchPerson } from '../world/people';

/** Connections that the browsers of a crowd share, as behind a load balancer. */
export const connections = 2000;

// Not `fetch`: the browsers have no more than the CPU that the backends leave them.
// Idle connections end before the backend would end them.
const agent = new http.Agent({ keepAlive: true, maxSockets: connections, timeout: 4000 });

interface Page {
  readonly location: string;
  readonly body: string;
}

interface SignedIn {
  readonly backstageIdentity?: { readonly identity: { readonly userEntityRef: string } };
  readonly error?: { readonly name: string; readonly message: string };
}

/** A browser in which one person signs in. */
export interface Browser {
  readonly person: BenchPerson;
  /** Opens the pop-up, allows at Bitbucket, and comes back. Rejects unless the right person is in. */
  signIn(): Promise<void>;
  /** What the app does when its page is loaded. Rejects unless the right person is in. */
  refresh(): Promise<void>;
  /** Puts a refresh token that nobody has given in place of that of the session. */
  forgeSession(token: string): void;
}

export function createBrowser(
  backend: { readonly origin: string; readonly bitbucket: string },
  person: BenchPerson,
): Browser {
  const provider = `${backend.origin}/api/auth/bitbucketServer`;
  const cookies = new Map<string, string>();

  function send(
    url: string,
    { form, headers = {} }: { form?: URLSearchParams; headers?: http.OutgoingHttpHeaders } = {},
  ): Promise<Page> {
    const body = form && String(form);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = {
      ...headers,
      ...(url.startsWith(backend.origin) && cookie && { cookie }),
      ...(body && {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      }),
    };
    return new Promise((resolve, reject) => {
      const options = { agent, method: form ? 'POST' : 'GET', headers: all };
      const request = http.request(url, options, response => {
        for (const line of response.headers['set-cookie'] ?? []) keep(line);
        let text = '';
        response.setEncoding('utf8');
        response.on('data', chunk => (text += chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({ location: response.headers.location ?? '', body: text }),
        );
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    // Cookies for another domain: Backstage clears them for the sake of old versions.
    if (attributes.some(attribute => /^domain=/i.test(attribute))) return;
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }

  function expectPerson({ backstageIdentity, error }: SignedIn): void {
    if (error) throw new Error(`${error.name}: ${error.message}`);
    const ref = backstageIdentity?.identity.userEntityRef;
    if (ref !== `user:default/${person.username}`) {
      throw new Error(`${person.username} was signed in as ${ref}`);
    }
  }

  return {
    person,
    async signIn() {
      const query = new URLSearchParams({
        env: 'development',
        scope: 'PUBLIC_REPOS',
        origin: appOrigin,
        flow: 'popup',
      });
      const start = await send(`${provider}/start?${query}`);
      const form = new URL(start.location).searchParams;
      form.set('username', person.username);
      form.set('decision', 'allow');
      const consent = `${backend.bitbucket}/plugins/servlet/oauth2/consent`;
      const allowed = await send(consent, { form });
      const { body } = await send(allowed.location);
      const encoded = /decodeURIComponent\('([^']*)'\)/.exec(body)?.[1];
      if (!encoded) throw new Error(`The pop-up ended on a page without an answer: ${body}`);
      const { response, error } = JSON.parse(decodeURIComponent(encoded));
      expectPerson({ ...response, error });
    },
    forgeSession(token) {
      cookies.set('bitbucketServer-refresh-token', token);
    },
    async refresh() {
      const query = new URLSearchParams({ env: 'development', scope: 'PUBLIC_REPOS' });
      const { body } = await send(`${provider}/refresh?${query}`, {
        headers: { 'x-requested-with': 'XMLHttpRequest' },
      });
      expectPerson(JSON.parse(body));
    },
  };
}
