interface Cookie {
  readonly host: string;
  readonly path: string;
  readonly value: string;
}

/** The little of a browser's cookie store that a sign-in needs: host, path, and removal by expiry. */
export interface CookieJar {
  /** Keeps what an answer of `url` sets. */
  store(url: URL, response: Response): void;
  /** Value of the `cookie` header for a request to `url`; empty without cookies. */
  header(url: URL): string;
  /** Names of the cookies that it holds. */
  names(): string[];
}

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    store(url, response) {
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...rest] = line.split(';').map(part => part.trim());
        const name = pair.slice(0, pair.indexOf('='));
        const attributes = new Map(
          rest.map(part => {
            const [key = '', value = ''] = part.split(/=(.*)/s);
            return [key.toLowerCase(), value];
          }),
        );
        const expires = attributes.get('expires');
        const gone =
          attributes.get('max-age') === '0' ||
          (expires !== undefined && Date.parse(expires) <= Date.now());
        if (gone) {
          cookies.delete(name);
        } else {
          const value = pair.slice(name.length + 1);
          cookies.set(name, { host: url.hostname, path: attributes.get('path') ?? '/', value });
        }
      }
    },
    header(url) {
      return Array.from(cookies)
        .filter(([, { host, path }]) => host === url.hostname && covers(path, url.pathname))
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; ');
    },
    names: () => Array.from(cookies.keys()),
  };
}

function covers(cookiePath: string, path: string): boolean {
  const folder = cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`;
  return path === cookiePath || path.startsWith(folder);
}
