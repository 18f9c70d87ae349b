import type { Check, Probe } from './probe';

/** Seconds that a clock may be off; the header of an answer has no fractions. */
const tolerance = 30;

/**
 * Whether a server has the time of this machine: codes, tokens and cookies expire by the clock.
 *
 * @param name - of the server
 * @param now - milliseconds since the epoch
 * @returns nothing where there is no answer with a `Date`: another check tells of that
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
  // The answer was made somewhere between the two.
  const after = now();
  const ours = Math.min(Math.max(theirs, before), after);
  const seconds = Math.round((theirs - ours) / 1000);
  if (Math.abs(seconds) <= tolerance) {
    return [{ name: 'clock', status: 'ok', text: `that of ${name} is the one of this machine` }];
  }
  const direction = seconds > 0 ? 'ahead of' : 'behind';
  return [
    {
      name: 'clock',
      status: 'warn',
      text: `that of ${name} is ${Math.abs(seconds)} seconds ${direction} the one of this machine`,
      mend: 'set both by NTP: codes and tokens expire by the clock',
    },
  ];
}

interface CheckProxyOptions {
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
