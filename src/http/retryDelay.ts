const baseDelayMs = 200;
const maxDelayMs = 2_000;

/**
 * Milliseconds that a `Retry-After` header asks for: seconds or an HTTP date. `undefined` when the
 * header is missing or says neither.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 * @internal
 */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Milliseconds to wait before the next attempt: what the server asks for, else an exponential delay
 * with full jitter, so that many backends do not come back in the same moment.
 *
 * @internal
 */
export function retryDelay(
  attempt: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  return Math.ceil(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** attempt));
}
