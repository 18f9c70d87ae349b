import type { Caller } from './authenticateCaller';

/** A request as handlers see it. */
export interface RequestContext {
  method: string;
  /** Path below the context path, still percent-encoded. */
  path: string;
  query: URLSearchParams;
  /** Fields of a form body; empty for any other body. */
  form: URLSearchParams;
  authorization: string | undefined;
  caller: Caller;
}
