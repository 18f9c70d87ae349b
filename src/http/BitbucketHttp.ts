import type { SignInErrorStep } from '../errors';

/**
 * An answer whose body was read and parsed.
 *
 * @public
 */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Not validated. `undefined` only for a client error of {@link BitbucketHttp.postForm} without a JSON body. */
  readonly json: unknown;
}

/** @public */
export interface GetJsonOptions {
  /** Sent as `Authorization: Bearer`. Give this or `authorization`. */
  readonly accessToken?: string;
  /** The whole value of the `Authorization` header. */
  readonly authorization?: string;
  /** Ends the call with `REQUEST_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Where in the sign-in an error of this call arises. Default `profile`. */
  readonly step?: SignInErrorStep;
}

/** @public */
export interface PostFormOptions {
  /** Ends the call with `REQUEST_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Default `token`. */
  readonly step?: SignInErrorStep;
  /** Milliseconds for this call. Default: that of the client. */
  readonly timeoutMs?: number;
}

/**
 * The only way in which this package talks to Bitbucket Server.
 *
 * Every call has a time limit that covers headers, body and retries, a size limit, no redirects, and
 * throws nothing but a {@link SignInError}.
 *
 * @public
 */
export interface BitbucketHttp {
  /** Answers only on a 2xx status with a JSON body. Retries what may pass: network, 429, 502, 503, 504. */
  getJson(url: string, options?: GetJsonOptions): Promise<JsonAnswer>;
  /**
   * Never retried. Client errors (4xx but 404 and 429) are answered instead of thrown, because OAuth
   * puts its error codes there.
   */
  postForm(
    url: string,
    fields: Readonly<Record<string, string>>,
    options?: PostFormOptions,
  ): Promise<JsonAnswer>;
}
