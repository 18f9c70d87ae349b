import type { Check, Probe } from './probe';

/** Seconds by which clocks may differ. The `Date` header has no fractions of a second. */
const tolerance = 30;

/**
 * Compares the clock of a server with that of this machine: codes, tokens and cookies expire by it.
 *
 * @param name - of the server
 * @param now - milliseconds since the epoch
 * @returns nothing when the server does not answer, which another check reports, or sends no `Date`
 * @internal
 */
export async function checkClock(
  name: string,
  probe: Probe,
  url: string,
  now: () => number,
): Promise<Check[]> {
  const before = now();
  let date: string | null;
  try {
    date = (await probe(url)).headers.get('date');
  } catch {
    return [];
  }
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  // The response was created at some time between the two.
  const after = now();
  const ours = Math.min(Math.max(theirs, before), after);
  const seconds = Math.round((theirs - ours) / 1000);
  if (Math.abs(seconds) <= tolerance) {
    return [{ name: 'clock', status: 'ok', text: `${name} and this machine agree` }];
  }
  const direction = seconds > 0 ? 'ahead of' : 'behind';
  return [
    {
      name: 'clock',
      status: 'warn',
      text: `${name} is ${Math.abs(seconds)} seconds ${direction} this machine`,
      fix: 'synchronise both with NTP: codes and tokens expire by the clock',
    },
  ];
}

interface CheckProxyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address of Bitbucket. */
  readonly url: string;
  /** Such as `v24.1.0`. */
  readonly nodeVersion: string;
}

/**
 * Whether a configured proxy is used. The sign-in and this command use the `fetch` of Node.js, which
 * ignores the proxy variables unless NODE_USE_ENV_PROXY is set.
 *
 * @returns nothing when no proxy is configured for the address
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
      { name, status: 'ok', text: `not used for ${hostname}, because NO_PROXY has ${exception}` },
    ];
  }
  if (isUsed) {
    const text = `${variable} is used for ${hostname}, because NODE_USE_ENV_PROXY is set; the backend needs both, too`;
    return [{ name, status: 'ok', text }];
  }
  return [
    {
      name,
      status: 'warn',
      text: `${variable} is set, but neither the sign-in nor this command uses it: requests to ${hostname} go directly`,
      fix: knowsProxies(nodeVersion)
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
