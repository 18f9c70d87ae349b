import type { Target } from '../markdown';
import type { Spread } from '../race';

/** One line of the table of resolvers. */
export interface ResolverResult {
  readonly name: string;
  /** Milliseconds of one sign-in. */
  readonly time: Spread;
  readonly upstreamTime?: Spread;
  readonly ratio?: Spread;
  /** Requests to the catalog for each sign-in. */
  readonly requests: number;
  readonly upstreamRequests?: number;
  readonly targets: readonly Target[];
}
