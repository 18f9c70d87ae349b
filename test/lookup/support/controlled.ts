import type { Finding } from '../../../src/lookup/Finder';
import type { UserQuery } from '../../../src/lookup';

/** A promise that the test settles. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A finder whose answers the test gives, one by one, in any order. */
export function controlledFinder<T>() {
  const calls: { query: UserQuery; answer(value: T, ageMs?: number): Promise<void> }[] = [];
  return {
    calls,
    find(query: UserQuery): Promise<Finding<T>> {
      const { promise, resolve } = deferred<Finding<T>>();
      calls.push({
        query,
        async answer(value, ageMs = 0) {
          resolve({ answer: value, ageMs });
          await settled();
        },
      });
      return promise;
    },
  };
}

/** Lets everything happen that waits for nothing but promises. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export function fakeClock(start = 1_000) {
  let time = start;
  return { now: () => time, advance: (ms: number) => (time += ms) };
}
