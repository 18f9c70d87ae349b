import { createBitbucketHttp } from 'backstage-plugin-auth-backend-module-bitbucket-server';

/**
 * The result of one check of the doctor.
 *
 * @public
 */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** @internal */
export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Only for a 2xx response with JSON. */
  readonly json?: unknown;
}

/** @internal */
export type Probe = (url: string, authorization?: string) => Promise<ProbeAnswer>;

/**
 * Makes a request whose answer may be anything, also what would be an error in a sign-in: a redirect, a
 * refusal, an HTML page. The limits are those of all calls to Bitbucket.
 *
 * @throws SignInError when there is no response at all
 * @internal
 */
export function createProbe({
  fetch = (input, init) => globalThis.fetch(input, init),
  signal,
}: {
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}): Probe {
  return async (url, authorization) => {
    let seen: Response | undefined;
    const http = createBitbucketHttp({
      retries: 0,
      fetch: async (input, init) => (seen = await fetch(input, init)),
    });
    try {
      return await http.getJson(url, { authorization, signal });
    } catch (error) {
      if (!seen) throw error;
      return { status: seen.status, headers: seen.headers };
    }
  };
}
