import { LRUCache } from 'lru-cache';
import { sha256 } from '../shared';

/** Knows the authorization codes that were spent here. */
export interface CodeRegister {
  /** `false` when the code was taken before. */
  readonly take: (code: string) => boolean;
  /** For a code that Bitbucket has not seen after all. */
  readonly giveBack: (code: string) => void;
}

/** As long as a browser can come back with the cookie of the attempt, in milliseconds. */
const attemptMs = 10 * 60_000;

/**
 * A code is for one use. A page that is loaded again would send it again, and a server may answer
 * that by ending the session that the first use began.
 *
 * @internal
 */
export function createCodeRegister(now: () => number): CodeRegister {
  const taken = new LRUCache<string, true>({
    max: 10_000,
    ttl: attemptMs,
    perf: { now },
    ttlResolution: 0,
  });
  return {
    take(code) {
      const hash = sha256(code);
      if (taken.has(hash)) return false;
      taken.set(hash, true);
      return true;
    },
    giveBack: code => void taken.delete(sha256(code)),
  };
}
