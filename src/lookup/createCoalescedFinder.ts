import { queryKey } from './canonicalQuery';
import type { Finder, Finding } from './Finder';
import type { LookupCounters } from './UserLookupStats';
import type { UserQuery } from './UserQuery';

/** @internal */
export interface CoalescedFinder<TAnswer> extends Finder<TAnswer> {
  /** Later queries (for this key, or all) ask anew instead of joining what is under way. */
  forget(key?: string): void;
}

/**
 * One request for equal queries in flight.
 *
 * @internal
 */
export function createCoalescedFinder<TAnswer>(
  finder: Finder<TAnswer>,
  counters: LookupCounters,
): CoalescedFinder<TAnswer> {
  const underWay = new Map<string, Promise<Finding<TAnswer>>>();

  async function ask(query: UserQuery, key: string): Promise<Finding<TAnswer>> {
    const flight = finder.find(query);
    underWay.set(key, flight);
    try {
      return await flight;
    } finally {
      // A forgotten flight must not end the one that replaced it.
      if (underWay.get(key) === flight) underWay.delete(key);
    }
  }

  return {
    find(query) {
      const key = queryKey(query);
      const flight = underWay.get(key);
      if (!flight) return ask(query, key);
      counters.coalesced += 1;
      return flight;
    },
    forget(key) {
      if (key === undefined) underWay.clear();
      else underWay.delete(key);
    },
  };
}
