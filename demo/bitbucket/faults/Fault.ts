/**
 * Requests that can be told apart. `users-page-2` and `admin-users-page-2` are those with `start` above 0;
 * they count as `users` and `admin-users` too. `token` is the exchange of a code, `refresh` that of a refresh token.
 */
export type RouteName =
  | 'authorize'
  | 'consent'
  | 'token'
  | 'refresh'
  | 'whoami'
  | 'applinks-whoami'
  | 'users'
  | 'users-page-2'
  | 'user'
  | 'admin-users'
  | 'admin-users-page-2'
  | 'avatar'
  | 'other'
  | 'any';

/** What goes wrong. Members combine where that makes sense, for example `status` with `delayHeadersMs`. */
export interface Fault {
  /** Answer with this status and the body that Bitbucket has for it. */
  status?: number;
  /** Body instead of Bitbucket's: a string as it is, anything else as JSON. */
  body?: unknown;
  /** Added to the answer, for example `Retry-After`. */
  headers?: Record<string, string>;
  /** Wait before the headers, in milliseconds. */
  delayHeadersMs?: number;
  /** Wait between the first and the second half of the body, in milliseconds. */
  delayBodyMs?: number;
  /** Wait before the headers until this settles. */
  hold?: Promise<unknown>;
  /** Send headers and half of the body, then wait until this settles. */
  holdBody?: Promise<unknown>;
  /** 200 with a login page, as an access proxy does. */
  html?: boolean;
  /** This status with an HTML page, as a proxy in front of Bitbucket does. */
  htmlStatus?: number;
  /**
   * Half of the body with a matching length (`true`), or the connection dies: after half of the body
   * (`'connection'`), or after all of it but before the end of the transfer (`'after-body'`).
   */
  cut?: boolean | 'connection' | 'after-body';
  /** `Content-Length` promises this many bytes more than there are; the connection ends after the body. */
  extraLength?: number;
  /** Well-formed JSON that is not the documented one. */
  json?: unknown;
  /**
   * The right JSON object with these keys instead; `undefined` removes one. For tokens, for example
   * `{ expires_in: undefined, scope: '' }`; for a list, `{ values: [], size: 0, isLastPage: true }` is empty
   * and `{ isLastPage: false, nextPageStart: 0 }` never ends.
   */
  patch?: Record<string, unknown>;
  /** The right JSON, blown up by a padding of this many bytes. */
  bytes?: number;
  /** Send without `Content-Length`. */
  chunked?: boolean;
  /** Compress the body with gzip; `'broken'` spoils the bytes after the header of the format. */
  gzip?: boolean | 'broken';
  /** Send the body in pieces of this many bytes, each in a packet of its own as far as the network allows. */
  pieces?: number;
  /** Destroy the connection without an answer. */
  reset?: boolean;
  /** 302 to the login page. */
  redirectToLogin?: boolean;
  /** Leave out `X-AUSERNAME` and `X-AUSERID`. */
  withoutIdentityHeaders?: boolean;
  /**
   * Whether the server does its work (for a refresh: rotates the tokens) although the answer is bad.
   * Default: false when the answer is replaced (status, HTML, JSON, reset, 302), because then it came from
   * something in front of the server; true when the answer is late, cut, patched or blown up. With false, a held
   * request is worked on after the wait, and only when the client is still there.
   */
  processed?: boolean;
}

/** Turns faults on and off while the server runs. */
export interface FaultSwitch {
  /** Replaces the fault of the route. `times` is how many requests it hits; default: all until cleared. */
  set(route: RouteName, fault: Fault, options?: { times?: number }): void;
  /** Clears the fault of one route, or all of them. */
  clear(route?: RouteName): void;
}
