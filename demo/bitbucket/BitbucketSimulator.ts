import type { FaultSwitch, RouteName } from './faults/Fault';
import type { AuthorizeOptions, TokenPair } from './oauth/GrantStore';
import type { SimulatedPerson } from './SimulatorOptions';

/** One request as it came over the wire. Holds secrets in clear: it is for tests to look at. */
export interface RecordedRequest {
  method: string;
  /** Path of the wire, context path included, percent-encoding untouched. */
  path: string;
  /** Decoded; the last value when a name occurs twice. */
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
  /** 0 until answered, and for good when the connection was reset. */
  status: number;
  /** Names under which the fault switch and the counters know it, the most specific one first. */
  routes: RouteName[];
}

/** Requests per route as they arrived, and what the token endpoint granted. */
export interface RequestCounts extends Record<RouteName, number> {
  /** Authorization codes that were turned into tokens. */
  tokenExchanges: number;
  /** Refresh tokens that were turned into a new pair. */
  refreshes: number;
}

/** A running simulator. */
export interface BitbucketSimulator {
  /** `http://127.0.0.1:PORT` and the context path, without a slash at the end. */
  readonly baseUrl: string;
  readonly port: number;
  readonly people: readonly SimulatedPerson[];
  readonly requests: readonly RecordedRequest[];
  readonly counts: Readonly<RequestCounts>;
  readonly faults: FaultSwitch;
  /**
   * Holds every answer back for so many milliseconds, on top of what a fault says. The server has done its
   * work by then: a client that gives up meanwhile has rotated its tokens all the same.
   *
   * @throws RangeError when it is negative or no finite number.
   */
  setLatency(milliseconds: number): void;
  /** Forgets recorded requests and sets every counter to zero. */
  clearRequests(): void;
  /** Resolves once that many requests of the route have arrived (answered or not) since the counters were zero. */
  arrived(route: RouteName, times?: number): Promise<void>;
  addPerson(person: SimulatedPerson): void;
  /** Changes keys of the payload; `undefined` removes a key. Tokens of the person live on, a rename included. */
  updateUser(username: string, patch: Record<string, unknown>): void;
  /** Removes the account; its tokens are worth nothing from then on. */
  removePerson(username: string): void;
  /** A consent without a browser. Throws when the request is one that the server would refuse. */
  authorize(username: string, options: AuthorizeOptions): { code: string; redirectUrl: string };
  /** A token pair without the dance, for the first client. */
  issueTokens(username: string, scope?: string): TokenPair;
  /** Ends every code, access token and refresh token. */
  revokeAll(): void;
  /** Stops listening and destroys open connections, held answers included. */
  close(): Promise<void>;
}
