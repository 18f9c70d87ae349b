import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import {
  createBitbucketHttp,
  isSignInError,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { BitbucketHttp } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { AuditError } from '../AuditError';
import { quote } from '../quote';
import { keyOfUser, slimUser } from './collectors';
import type { SourceResult } from './collectors';

/** @public */
export interface FetchBitbucketUsersOptions {
  readonly http: BitbucketHttp;
  readonly baseUrl: string;
  /** Value of the `Authorization` header. */
  readonly authorization: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (read: number) => void;
  /** Users per page. Default 500. */
  readonly pageSize?: number;
  /** Only users whose name, display name or email contains the text. Default: all. */
  readonly filter?: string;
  /** Read `admin/users` only, and fail if the credential may not read it. Default `false`. */
  readonly detailedOnly?: boolean;
}

/** @public */
export interface BitbucketUsers extends SourceResult<unknown> {
  /** Whether the list comes from `admin/users`, which contains directories and last sign-ins. */
  readonly isDetailed: boolean;
}

/** How often a list that changes while it is read is read again. */
const maxPasses = 4;

const detailed = '/rest/api/latest/admin/users';
const plain = '/rest/api/latest/users';

/**
 * Reads all users of Bitbucket page by page, with their directories and last sign-ins if the credential
 * may read those.
 *
 * Pages are defined by position, so a change of the list could skip a user. Each request therefore starts
 * at the last user of the previous page. If the page does not begin with that user, the list has changed,
 * and is read again. Users who were seen in several passes count once.
 *
 * @throws {@link AuditError} for a response that is not a page, SignInError `BITBUCKET_*`
 * @public
 */
export async function fetchBitbucketUsers(
  options: FetchBitbucketUsersOptions,
): Promise<BitbucketUsers> {
  const users = new Map<unknown, unknown>();
  const notes: string[] = [];
  let path = detailed;
  let previous: string | undefined;
  const result = () => ({
    items: [...users.values()],
    notes,
    findings: [],
    isDetailed: path === detailed,
  });
  for (let pass = 1; ; pass += 1) {
    const keys: unknown[] = [];
    try {
      const isUnchanged = await readOnce(path, options, payload => {
        const key = keyOfUser(payload);
        users.set(key, slimUser(payload));
        keys.push(key);
        options.onProgress?.(users.size);
      });
      const order = JSON.stringify(keys);
      // Two equal passes are as good, because some servers skip positions.
      if (isUnchanged || order === previous) break;
      previous = order;
      if (pass === maxPasses) {
        notes.push(
          `Bitbucket's list of users changed each of the ${maxPasses} times it was read; everybody who was seen is in the report`,
        );
        break;
      }
    } catch (error) {
      const missing = options.signal?.aborted
        ? `the Bitbucket users after the first ${users.size}`
        : undefined;
      if (missing) return { ...result(), missing };
      if (options.detailedOnly || !isUnavailableList(error, path)) throw error;
      notes.push(
        'the credential may not read admin/users, so the last sign-in and the directory of people are not known',
      );
      path = plain;
    }
  }
  return result();
}

/** @returns whether every page began with the last user of the previous page */
async function readOnce(
  path: string,
  options: FetchBitbucketUsersOptions,
  onUser: (payload: unknown) => void,
): Promise<boolean> {
  let isUnchanged = true;
  let last: unknown;
  for (let start: number | undefined = 0; start !== undefined;) {
    const { values, next } = await fetchUserPage(`${options.baseUrl}${path}`, start, options);
    const [first, ...rest] = values;
    if (start > 0 && keyOfUser(first) !== last) isUnchanged = false;
    const fresh = start > 0 && isUnchanged ? rest : values;
    fresh.forEach(onUser);
    if (values.length > 0) last = keyOfUser(values.at(-1));
    // One back, to get the last user again, but always beyond the start of this page.
    start = next === undefined ? undefined : Math.max(start + 1, next - 1);
  }
  return isUnchanged;
}

function isUnavailableList(error: unknown, path: string): boolean {
  return (
    path === detailed &&
    isSignInError(error) &&
    ['BITBUCKET_REFUSED', 'BITBUCKET_NOT_FOUND'].includes(error.code)
  );
}

interface UserPage {
  readonly values: readonly unknown[];
  /** `undefined` on the last page. */
  readonly next?: number;
}

/**
 * Reads one page of a list of users.
 *
 * @throws {@link AuditError}, SignInError `BITBUCKET_*`
 */
async function fetchUserPage(
  url: string,
  start: number,
  options: FetchBitbucketUsersOptions,
): Promise<UserPage> {
  const { http, authorization, signal, pageSize = 500, filter } = options;
  const query = new URLSearchParams({ limit: String(pageSize), start: String(start) });
  if (filter !== undefined) query.set('filter', filter);
  const { json } = await http.getJson(`${url}?${query}`, { authorization, signal });
  const page = (json ?? {}) as { values?: unknown; isLastPage?: unknown; nextPageStart?: unknown };
  const { values, isLastPage, nextPageStart } = page;
  if (!Array.isArray(values)) throw invalid(start, 'is not a page of users');
  if (isLastPage === true || (isLastPage === undefined && nextPageStart == null)) {
    return { values };
  }
  // A page that points back to itself would be read for ever.
  if (!Number.isSafeInteger(nextPageStart) || Number(nextPageStart) <= start) {
    throw invalid(start, `continues at ${quote(nextPageStart)}`);
  }
  return { values, next: Number(nextPageStart) };
}

function invalid(start: number, what: string): AuditError {
  return new AuditError(
    `BITBUCKET_RESPONSE_INVALID: The page of users that starts at ${start} ${what}`,
  );
}

/** @public */
export interface PatientHttpOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Time limit of one attempt, including the body. Default 30 seconds. */
  readonly attemptTimeout?: HumanDuration;
}

/** A page of users usually has a few hundred kilobytes. */
const maxBytes = 32 * 1024 * 1024;

/** Time limit of a call with all attempts: a busy server may ask for a long wait. */
const patience = { minutes: 15 };

/**
 * The HTTP client of the sign-in with longer limits: nobody waits in a browser, so an audit can obey a
 * long `Retry-After`. A single attempt still has a short limit of its own.
 *
 * @public
 */
export function createPatientHttp(options: PatientHttpOptions = {}): BitbucketHttp {
  const { attemptTimeout = { seconds: 30 } } = options;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return createBitbucketHttp({
    timeout: patience,
    maxBytes,
    retries: 8,
    async fetch(input, init) {
      const attempt = new AbortController();
      const end = (reason: unknown) => attempt.abort(reason);
      const timer = setTimeout(
        () => end(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
        durationToMilliseconds(attemptTimeout),
      );
      // The body is read after this function returns: the timer covers it, and must not keep the process.
      timer.unref();
      init?.signal?.addEventListener('abort', () => end(init.signal?.reason), { once: true });
      return await fetch(input, { ...init, signal: attempt.signal });
    },
  });
}
