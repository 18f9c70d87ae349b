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
  /** Ask `admin/users` only, and fail where the credential may not see that. Default `false`. */
  readonly detailedOnly?: boolean;
}

/** @public */
export interface BitbucketUsers extends SourceResult<unknown> {
  /** Whether the list is that of `admin/users`, which says the directory and the last sign-in. */
  readonly isDetailed: boolean;
}

/** Times that the list is read before its restlessness is accepted. */
const maxPasses = 4;

const detailed = '/rest/api/latest/admin/users';
const plain = '/rest/api/latest/users';

/**
 * Reads all users of Bitbucket, page after page: with their directories and the time of their last
 * sign-in when the credential may see those, else without.
 *
 * Pages are cut by position. So that nobody is lost or doubled when the list changes underneath,
 * each page begins with the last user of the page before; when it does not, the list has moved, and
 * is read again. Whoever was seen in any pass counts once.
 *
 * @throws {@link AuditError} for a page that is none, SignInError `BITBUCKET_*`
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
      const isStill = await readOnce(path, options, payload => {
        const key = keyOfUser(payload);
        users.set(key, slimUser(payload));
        keys.push(key);
        options.onProgress?.(users.size);
      });
      const order = JSON.stringify(keys);
      // Twice the same is as good: some servers skip positions.
      if (isStill || order === previous) break;
      previous = order;
      if (pass === maxPasses) {
        notes.push(
          `Bitbucket's list of users changed in each of ${maxPasses} readings; all who were seen are in the report`,
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
        'the credential may not read admin/users: the last sign-in and the directory of people are not known',
      );
      path = plain;
    }
  }
  return result();
}

/** @returns whether every page began where the one before it ended */
async function readOnce(
  path: string,
  options: FetchBitbucketUsersOptions,
  onUser: (payload: unknown) => void,
): Promise<boolean> {
  let isStill = true;
  let last: unknown;
  for (let start: number | undefined = 0; start !== undefined;) {
    const { values, next } = await fetchUserPage(`${options.baseUrl}${path}`, start, options);
    const [first, ...rest] = values;
    if (start > 0 && keyOfUser(first) !== last) isStill = false;
    const fresh = start > 0 && isStill ? rest : values;
    fresh.forEach(onUser);
    if (values.length > 0) last = keyOfUser(values.at(-1));
    // One back, to see the last one again; never where this page began.
    start = next === undefined ? undefined : Math.max(start + 1, next - 1);
  }
  return isStill;
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
    throw invalid(start, `goes on at ${quote(nextPageStart)}`);
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
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** For one attempt, its body included. Default 30 seconds. */
  readonly attemptTimeout?: HumanDuration;
}

/** A page of users is some hundred kilobytes, and its size is not in our hands. */
const maxBytes = 32 * 1024 * 1024;

/** As long as a rate limit of a busy server may ask one to wait. */
const patience = { minutes: 15 };

/**
 * The HTTP client of the sign-in with the patience of an audit: nobody waits in a browser, so that
 * a long `Retry-After` is waited for. A single attempt still has its own, short limit.
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
