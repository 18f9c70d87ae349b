import type { Fault, FaultSwitch, RouteName } from './Fault';

/** The switch, and the server's side of it. */
export interface FaultSource extends FaultSwitch {
  /** The fault for a request known under these names, the first name that has one wins. */
  take(routes: RouteName[]): Fault | undefined;
}

/** Makes a switch with all faults off. */
export function createFaultSwitch(): FaultSource {
  const active = new Map<RouteName, { fault: Fault; left: number }>();
  return {
    set(route, fault, { times = Infinity } = {}) {
      active.set(route, { fault, left: times });
    },
    clear(route) {
      if (route) {
        active.delete(route);
      } else {
        active.clear();
      }
    },
    take(routes) {
      for (const route of [...routes, 'any' as const]) {
        const entry = active.get(route);
        if (entry && entry.left > 0) {
          entry.left -= 1;
          return entry.fault;
        }
      }
      return undefined;
    },
  };
}
