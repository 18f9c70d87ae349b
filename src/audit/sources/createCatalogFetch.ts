import { sleep as defaultSleep } from '../../shared';
import type { Sleep } from '../../shared';

/** @internal */
export interface CatalogFetchOptions {
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
  readonly sleep?: Sleep;
  /** Milliseconds of one request. Default 60,000. */
  readonly timeoutMs?: number;
}

const maxAttempts = 6;
const retryable = new Set([429, 502, 503, 504]);

/**
 * A `fetch` for the catalog client: with a time limit, patient with a catalog that is busy, and clear
 * about a page that is no JSON, such as the login page of a proxy.
 *
 * @internal
 */
export function createCatalogFetch(options: CatalogFetchOptions): typeof globalThis.fetch {
  const { signal, sleep = defaultSleep, timeoutMs = 60_000 } = options;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const never = new AbortController().signal;

  return async (input, init) => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await send(input, init);
      if (retryable.has(response.status) && attempt < maxAttempts && !signal?.aborted) {
        await response.body?.cancel();
        await sleep(delayOf(response, attempt), signal ?? never);
        continue;
      }
      const type = response.headers.get('content-type') ?? 'no content type';
      if (response.ok && !/\bjson\b/i.test(type)) {
        await response.body?.cancel();
        throw new Error(`it answered ${type.split(';')[0]} instead of JSON`);
      }
      return response;
    }
  };

  async function send(input: Parameters<typeof fetch>[0], init?: RequestInit) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    // The body is read later: the timer covers it, and must not keep the process.
    timer.unref();
    const onAbort = () => controller.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await fetch(input, { ...init, redirect: 'manual', signal: controller.signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      if (controller.signal.aborted) throw new Error(`no answer within ${timeoutMs} ms`);
      const { cause } = error as { cause?: { code?: unknown } };
      throw new Error(`it is not reachable (${String(cause?.code ?? (error as Error).message)})`);
    }
  }
}

function delayOf(response: Response, attempt: number): number {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 500 * 2 ** attempt;
}
