/** Work under way, by key. */
export interface InFlight<T> {
  /** The work under way for the key, or else the work that `start` begins. */
  share(key: string, start: () => Promise<T>): Promise<T>;
  /** The work that is under way for the key. */
  get(key: string): Promise<T> | undefined;
  /** Later callers start new work. Those who wait already get the old result. */
  forget(key?: string): void;
  readonly size: number;
}

/**
 * Shares one piece of work among all callers with the same key. An entry is removed when its work
 * ends, never earlier to make room.
 *
 * @internal
 */
export function createInFlight<T>(): InFlight<T> {
  const underWay = new Map<string, Promise<T>>();
  return {
    share(key, start) {
      const joined = underWay.get(key);
      if (joined) return joined;
      const work = start();
      underWay.set(key, work);
      const end = () => {
        // Forgotten work must not remove the work that replaced it.
        if (underWay.get(key) === work) underWay.delete(key);
      };
      work.then(end, end);
      return work;
    },
    get: key => underWay.get(key),
    forget(key) {
      if (key === undefined) underWay.clear();
      else underWay.delete(key);
    },
    get size() {
      return underWay.size;
    },
  };
}
