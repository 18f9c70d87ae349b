import { keepUser } from './keepUser';

/** @internal */
export interface UserCollector {
  /** Adds what is new, and replaces what is known already by what was read last. */
  add(payload: unknown): void;
  readonly users: () => readonly unknown[];
  readonly size: () => number;
}

/**
 * Gathers users from pages and files, each once: by id, and where a payload has none, by itself.
 *
 * @internal
 */
export function createUserCollector(): UserCollector {
  const users = new Map<unknown, unknown>();
  return {
    add(payload) {
      users.set(keyOfUser(payload), keepUser(payload));
    },
    users: () => [...users.values()],
    size: () => users.size,
  };
}

/**
 * What a user is known again by.
 *
 * @internal
 */
export function keyOfUser(payload: unknown): unknown {
  const id = (payload as { id?: unknown } | null)?.id;
  return typeof id === 'number' ? id : JSON.stringify(payload);
}
