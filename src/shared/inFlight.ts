/** Work under way, by key. */
export interface InFlight<T> {
  /** The work that is under way for the key, or else that which `start` begins. */
  share(key: string, start: () => Promise<T>): Promise<T>;
  /** The work that is under way for the key. */
  get(key: string): Promise<T> | undefined;
  /** Whoever comes from now on starts anew. Those who wait already get what they wait for. */
  forget(key?: string): void;
  readonly size: number;
}

/**
 * One piece of work for everybody who asks for the same at the same time. An entry leaves when its
 * work ends, and never before that to make room.
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
        // Forgotten work must not end that which replaced it.
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
