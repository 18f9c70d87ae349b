import type { LoggerService } from '@backstage/backend-plugin-api';
import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { z } from 'zod/v3';
import { isSignInError } from '../errors';
import type { BitbucketHttp } from '../http';
import { readUsersNamed } from '../profile';
import type { Subject, SubjectDirectory } from '../profile';
import { createIncident, createMemory, quote } from '../shared';

/**
 * Options of {@link createDirectoryLookup}.
 *
 * @public
 */
export interface DirectoryLookupOptions {
  /** Base URL of Bitbucket Server, with the context path, without a slash at the end. */
  readonly baseUrl: string;
  /** The value of the `Authorization` header, with a credential of Backstage's own. */
  readonly authorization: string;
  /** Names of directories whose emails are trusted although people can edit them. Default: none. */
  readonly trustedDirectories?: readonly string[];
  readonly http: BitbucketHttp;
  /**
   * How long an answer is cached; 0 = ask every time. A failure is cached for 10 seconds, or for this
   * time if it is shorter. Default 5 minutes.
   */
  readonly ttl?: HumanDuration;
  /** Maximum number of cached answers. Default 10,000. */
  readonly maxEntries?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /**
   * Gets one line when Bitbucket Server does not answer, and one when it does again. Default:
   * nothing is logged.
   */
  readonly logger?: LoggerService;
}

const unknownTtlMs = 10_000;

/**
 * Makes the function that asks Bitbucket Server, with a credential of Backstage's own, which
 * directory an account is in, and whether the person can edit the email there.
 *
 * It never rejects: after any failure the directory is unknown, and the email is not trusted.
 *
 * @example
 * ```ts
 * const findDirectory = createDirectoryLookup({
 *   baseUrl: 'https://bitbucket.example.com',
 *   authorization: `Bearer ${process.env.BITBUCKET_TOKEN}`,
 *   http: createBitbucketHttp(),
 * });
 * const resolver = createSignInResolver({
 *   match: [matchers.profileEmail({ emailTrust: 'readOnlyDirectory' })],
 *   findDirectory,
 * });
 * ```
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (admin/users)
 * @public
 */
export function createDirectoryLookup(
  options: DirectoryLookupOptions,
): (subject: Subject) => Promise<SubjectDirectory> {
  const { baseUrl, authorization, http, now = Date.now, maxEntries = 10_000 } = options;
  const request = { baseUrl, authorization, http };
  const ttlMs = durationToMilliseconds(options.ttl ?? { minutes: 5 });
  const trusted = new Set(options.trustedDirectories);
  const outage = createIncident(options.logger);
  const answers = createMemory<SubjectDirectory>({ maxEntries, now });

  async function ask(subject: Subject, username: string): Promise<SubjectDirectory> {
    try {
      const found = await readUsersNamed(request, 'admin/users', username);
      outage.recover('Bitbucket Server answers requests for directories again');
      return readDirectory(found, subject, trusted);
    } catch (error) {
      const [code, detail] = isSignInError(error)
        ? [error.code, error.detail]
        : ['unexpected error', quote(String(error))];
      const advice =
        code === 'BITBUCKET_REFUSED'
          ? '; check the credential under "directory": it may be wrong or expired, or belong to an account without a licence'
          : '';
      outage.fail(
        `Bitbucket Server does not say which directories accounts are in, so emailTrust "readOnlyDirectory" trusts no email: ${code}: ${detail}${advice}`,
      );
      return { unknown: `Bitbucket Server did not answer (${code})` };
    }
  }

  return async subject => {
    const { username, id, email, emailOrigin } = subject;
    if (username === undefined) return { unknown: 'the account has no username' };
    if (email === undefined) return { unknown: 'the profile has no email address' };
    if (emailOrigin !== 'payload') return { unknown: 'a profile transform made the email address' };

    // Everything that the answer depends on. An email that was edited since needs a new answer.
    const key = JSON.stringify([username, id, email]);
    const { value } = await answers.get(key, async () => {
      const answer = await ask(subject, username);
      const keptMs = 'unknown' in answer ? Math.min(unknownTtlMs, ttlMs) : ttlMs;
      return { value: answer, ttlMs: keptMs };
    });
    return value;
  };
}

const adminUserSchema = z.object({
  id: z.number().int(),
  emailAddress: z.string().nullish(),
  directoryName: z.string().nullish(),
  mutableDetails: z.boolean().nullish(),
});

/**
 * Reads the directory of a person from the list of users.
 *
 * The email of the person must be exactly the one in the list. Otherwise it comes from an earlier
 * record or from a transform, and the directory does not vouch for it.
 *
 * @param found - every entry with exactly this name
 */
function readDirectory(
  found: readonly unknown[],
  subject: Subject,
  trustedDirectories: ReadonlySet<string>,
): SubjectDirectory {
  if (found.length !== 1) {
    return {
      unknown: `Bitbucket Server lists ${found.length === 0 ? 'nobody' : `${found.length} users`} under this name`,
    };
  }
  const user = adminUserSchema.safeParse(found[0]);
  if (!user.success) {
    return { unknown: 'Bitbucket Server lists the user in an unknown format' };
  }
  const { id, emailAddress, directoryName, mutableDetails } = user.data;
  if (subject.id !== undefined && String(id) !== subject.id) {
    return { unknown: 'Bitbucket Server lists another user id under this name' };
  }
  if (emailAddress !== subject.email) {
    return { unknown: 'Bitbucket Server lists another email address for this user' };
  }
  const name = directoryName ?? undefined;
  if (name !== undefined && trustedDirectories.has(name)) {
    return { readOnly: true, directoryName: name };
  }
  // A missing field is not "false": the answer of a proxy or an old server proves nothing.
  if (typeof mutableDetails !== 'boolean') {
    return { unknown: 'Bitbucket Server does not say whether people can edit the details' };
  }
  return { readOnly: !mutableDetails, directoryName: name };
}
