import type { Check } from './Check';

/** @internal */
export interface CheckProxyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a sign-in goes to. */
  readonly url: string;
  /** Such as `v24.1.0`. */
  readonly nodeVersion: string;
}

/**
 * Whether a proxy that is configured is used. The sign-in and this command ask with the `fetch` of
 * Node.js, which looks at the variables only when it is told to.
 *
 * @returns nothing where no proxy is configured for the address
 * @internal
 */
export function checkProxy({ env, url, nodeVersion }: CheckProxyOptions): Check[] {
  const { protocol, hostname, port } = new URL(url);
  const wanted =
    protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const variable = wanted.find(name => env[name]?.trim());
  if (!variable) return [];
  const name = 'proxy';
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[\s,]+/).filter(Boolean);
  const exception = exceptions.find(each => covers(each, hostname, port));
  const isUsed = env.NODE_USE_ENV_PROXY === '1' && knowsProxies(nodeVersion);
  if (exception !== undefined) {
    return [
      { name, status: 'ok', text: `none for ${hostname}, because NO_PROXY has ${exception}` },
    ];
  }
  if (isUsed) {
    const text = `${hostname} is asked through ${variable}, by NODE_USE_ENV_PROXY; the backend needs both, too`;
    return [{ name, status: 'ok', text }];
  }
  return [
    {
      name,
      status: 'warn',
      text: `${variable} is set, and neither the sign-in nor this command uses it: ${hostname} is asked directly`,
      mend: knowsProxies(nodeVersion)
        ? 'set NODE_USE_ENV_PROXY=1 for the backend and for this command, or add the host to NO_PROXY'
        : 'set NODE_USE_ENV_PROXY=1 and run Node.js 22.21, 24 or later, or add the host to NO_PROXY',
    },
  ];
}

/** NODE_USE_ENV_PROXY came with 24.0 and 22.21. */
function knowsProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 21);
}

/** `*`, a host, `.domain`, `*.domain`, each with or without a port. */
function covers(exception: string, hostname: string, port: string): boolean {
  if (exception === '*') return true;
  const [, host = '', wantedPort] = /^\*?(.*?)(?::(\d+))?$/.exec(exception.toLowerCase()) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const own = hostname.toLowerCase();
  return host.startsWith('.') ? own.endsWith(host) || own === host.slice(1) : own === host;
}
