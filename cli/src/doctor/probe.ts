import { createBitbucketHttp } from 'backstage-plugin-auth-backend-module-bitbucket-server';

/**
 * One line of the doctor.
 *
 * @public
 */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly text: string;
  /** What to do about it. */
  readonly mend?: string;
}

/** @internal */
export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Only of a 2xx answer in JSON. */
  readonly json?: unknown;
}

/** @internal */
export type Probe = (url: string, authorization?: string) => Promise<ProbeAnswer>;

/**
 * Asks for any answer, also one that is an error in a sign-in: a redirect, a refusal, a page. With
 * the limits of all calls to Bitbucket.
 *
 * @throws SignInError when there is no answer at all
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
