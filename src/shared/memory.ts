import { LRUCache } from 'lru-cache';

/** Asks. A rejection is not cached, and does not replace a cached answer. */
type Load<T> = () => Promise<{ readonly value: T; readonly ttlMs: number }>;

/** Makes a cache of answers, with one request at a time for each key. */
export function createMemory<T extends object>(options: {
  readonly maxEntries: number;
  /** Default 0. */
  readonly staleIfErrorMs?: number;
  readonly now: () => number;
}) {
  const { maxEntries, staleIfErrorMs = 0, now } = options;
  const entries = new LRUCache<string, T, Load<T>>({
    max: maxEntries,
    perf: { now },
    ttlResolution: 0,
    noDeleteOnFetchRejection: true,
    ignoreFetchAbort: true,
    async fetchMethod(_key, _stale, { options: entry, context: load }) {
      const startedAt = now();
      const { value, ttlMs } = await load();
      // The TTL starts with the request. lru-cache keeps an entry with a TTL of 0 for ever, so one
      // that has expired already gets a negative TTL.
      entry.ttl = ttlMs - (now() - startedAt) || -Number.EPSILON;
      return value;
    },
  });

  return {
    /** The answer from memory or from a request under way, or else the result of `load`. */
    async get(key: string, load: Load<T>) {
      const status: LRUCache.Status<string, T, Load<T>> = {};
      const value = await entries.forceFetch(key, { context: load, status });
      if (status.fetch === 'hit') return { value, source: 'memory' as const };
      return { value, source: status.fetch === 'inflight' ? 'in_flight' : 'loaded' } as const;
    },
    /** An expired answer that may still be used while the source is down. */
    stale(key: string) {
      const value = entries.peek(key, { allowStale: true });
      const staleForMs = Math.max(0, Math.round(-entries.getRemainingTTL(key)));
      return value && staleForMs <= staleIfErrorMs ? { value, staleForMs } : undefined;
    },
    /** Answers to requests under way are delivered, but not kept. */
    delete: (key: string) => void entries.delete(key),
    clear: () => entries.clear(),
    size: () => entries.size,
  };
}
