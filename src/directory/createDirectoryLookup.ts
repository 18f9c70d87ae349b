import type { LoggerService } from '@backstage/backend-plugin-api';
import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { LRUCache } from 'lru-cache';
import { isSignInError } from '../errors';
import type { BitbucketHttp } from '../http';
import { readUsersNamed } from '../profile';
import type { Subject, SubjectDirectory } from '../profile';
import { createIncident, createInFlight, quote, redact } from '../shared';
import { secretsOf, toAuthorization } from './directoryConfig';
import type { DirectoryCredential } from './directoryConfig';
import { judgeDirectory } from './judgeDirectory';

/**
 * Options of {@link createDirectoryLookup}.
 *
 * @public
 */
export interface DirectoryLookupOptions {
  /** Of Bitbucket Server, with the context path, without a slash at the end. */
  readonly baseUrl: string;
  readonly credential: DirectoryCredential;
  /** Names of directories whose emails are relied on although their details can be edited. Default: none. */
  readonly trustedDirectories?: readonly string[];
  readonly http: BitbucketHttp;
  /** How long an answer is kept; 0 = ask every time. Default 5 minutes. */
  readonly ttl?: HumanDuration;
  /** How long a failed request is remembered, at most `ttl`. Default 10 seconds. */
  readonly unknownTtl?: HumanDuration;
  /** Most answers that are kept. Default 10,000. */
  readonly maxEntries?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /**
   * Gets one line when Bitbucket Server does not answer, and one when it does again. Default:
   * nothing is logged.
   */
  readonly logger?: LoggerService;
}

interface Entry {
  readonly answer: SubjectDirectory;
  readonly until: number;
}

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
 *   credential: { token: process.env.BITBUCKET_TOKEN! },
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
  const { baseUrl, credential, http, now = Date.now, logger, maxEntries = 10_000 } = options;
  const ttlMs = durationToMilliseconds(options.ttl ?? { minutes: 5 });
  const unknownTtlMs = Math.min(
    durationToMilliseconds(options.unknownTtl ?? { seconds: 10 }),
    ttlMs,
  );
  const trusted = new Set(options.trustedDirectories);
  const authorization = toAuthorization(credential);
  const incidents = createIncidentLog(logger, secretsOf(credential));
  const answers = new LRUCache<string, Entry>({ max: maxEntries });
  const inFlight = createInFlight<SubjectDirectory>();

  async function ask(subject: Subject, username: string): Promise<SubjectDirectory> {
    try {
      const found = await readUsersNamed({
        http,
        url: `${baseUrl}/rest/api/latest/admin/users`,
        authorization,
        username,
        operation: 'find_directory',
      });
      incidents.close();
      return judgeDirectory(found, subject, trusted);
    } catch (error) {
      return { unknown: `Bitbucket Server did not answer (${incidents.open(error)})` };
    }
  }

  return async subject => {
    const { username, id, email, emailOrigin } = subject;
    if (username === undefined) return { unknown: 'the account has no username' };
    if (email === undefined) return { unknown: 'the profile has no email address' };
    if (emailOrigin !== 'payload') return { unknown: 'a profile transform made the email address' };

    // Everything that the answer depends on. An email that was edited since needs a new answer.
    const key = JSON.stringify([username, id, email]);
    const known = answers.get(key);
    if (known && now() < known.until) return known.answer;
    return inFlight.share(key, async () => {
      const answer = await ask(subject, username);
      answers.set(key, { answer, until: now() + ('unknown' in answer ? unknownTtlMs : ttlMs) });
      return answer;
    });
  };
}

/** Logs an outage of the directory requests once, not for each person. */
function createIncidentLog(logger: LoggerService | undefined, secrets: readonly string[]) {
  const incident = createIncident(logger);
  return {
    /** @returns what may be said about it everywhere: a code, no detail */
    open(error: unknown): string {
      const known = isSignInError(error);
      const code = known ? error.code : 'unexpected error';
      const detail = known ? error.detail : quote(String(error));
      incident.fail(
        `Bitbucket Server does not say which directories accounts are in, so emailTrust "readOnlyDirectory" trusts no email: ${code}: ${redact(detail, secrets)}${adviceFor(code)}`,
      );
      return code;
    },
    close() {
      incident.recover('Bitbucket Server answers requests for directories again');
    },
  };
}

function adviceFor(code: string): string {
  return code === 'BITBUCKET_REFUSED'
    ? '; check the credential under "directory": it may be wrong or expired, or belong to an account without a licence'
    : '';
}
