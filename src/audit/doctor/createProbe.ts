import { createBitbucketHttp } from '../../http';
import type { DoctorInput } from './DoctorInput';

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
}: Pick<DoctorInput, 'fetch' | 'signal'>): Probe {
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
