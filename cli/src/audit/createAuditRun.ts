import {
  createDirectoryLookup,
  explainSignIn,
  traceChain,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  BitbucketHttp,
  FindDirectory,
  SignInExplanation,
  Subject,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { Finding, SourcedEntity } from '../findings';
import { groupBy } from '../groupBy';
import { auditPerson } from './auditPerson';
import type { AuditedPerson } from './auditPerson';
import { createMemoryCatalog } from './createMemoryCatalog';
import type { MemoryUserLookup } from './createMemoryCatalog';
import { contestedRefs } from './entities';
import { withUnusableAttribute } from './plansOfChain';
import type { AuditSettings } from './readAuditSettings';

/** @public */
export interface AuditInput {
  readonly settings: AuditSettings;
  /** Bitbucket's list of users, as it answers them: `GET /rest/api/latest/admin/users`. */
  readonly payloads: readonly unknown[];
  /** All `User` and `Group` entities of the catalog; findings name the `source` of those that have one. */
  readonly entities: readonly SourcedEntity[];
  /**
   * Refs that own something in the catalog: with `dangerouslyAllowSignInWithoutUserInCatalog`, nobody
   * signs in under one of them. Default: none is known.
   */
  readonly owners?: readonly string[];
  /**
   * What the sign-in is told of the directory of an account. Default: what `payloads` say; where they
   * do not, and it matters, the outcome is `unknown`.
   */
  readonly findDirectory?: FindDirectory;
  /**
   * Only people who used Bitbucket within so many milliseconds are expected to sign in, where it is
   * known when they last did. Default: everybody.
   */
  readonly usedWithinMs?: number;
  /** Usernames of those with a licence; others are not expected to sign in. Default: everybody has one. */
  readonly licensed?: ReadonlySet<string>;
  /** What could not be read, for the report. */
  readonly missing?: readonly string[];
  readonly notes?: readonly string[];
  /** What was found while reading, for the report. */
  readonly findings?: readonly Finding[];
  /** Ends the work early; the report says what is missing. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** @internal */
export interface AuditRun {
  readonly lookup: MemoryUserLookup;
  /** See `contestedRefs`. */
  readonly contested: ReadonlySet<string>;
  audit(payload: unknown): Promise<AuditedPerson>;
  explain(payload: unknown): Promise<SignInExplanation>;
}

/**
 * Puts the sign-in of a config together over lists in memory, for the audit of all and the
 * explanation of one.
 *
 * @internal
 */
export function createAuditRun(
  input: Pick<AuditInput, 'settings' | 'payloads' | 'entities' | 'owners' | 'findDirectory'>,
): AuditRun {
  const { settings, payloads, entities, owners, findDirectory } = input;
  const { baseUrl, match, profileTransform, trustedDirectories } = settings;
  const { lookup, findNearMisses } = createMemoryCatalog(entities, owners);
  const directories = findDirectory ?? createListedDirectories(payloads, trustedDirectories);
  // Not that of the settings: `match` may be another chain, composed in code.
  const needsDirectory = match.some(item => {
    const { needs } = 'matcher' in item ? item.matcher : item;
    return needs?.includes('directory') ?? false;
  });
  const shared = { baseUrl, match, lookup, profileTransform, findNearMisses };
  const explain = (user: unknown) => explainSignIn({ ...shared, user, findDirectory: directories });

  /** A list that says nothing of directories leaves it open what the sign-in will hear. */
  function isDirectoryKnown({ email, emailOrigin, directory }: Subject): boolean {
    if (!needsDirectory || findDirectory || email === undefined) return true;
    return emailOrigin !== 'payload' || (directory !== undefined && 'readOnly' in directory);
  }

  const contested = contestedRefs(entities);
  const options = {
    explain,
    trace: (subject: Subject) => traceChain({ match, subject, lookup }),
    isDirectoryKnown,
    contested,
  };
  return {
    lookup,
    contested,
    audit: async payload => withUnusableAttribute(await auditPerson(payload, options), match),
    explain,
  };
}

/**
 * The directory lookup of the sign-in, answered from a list of `admin/users` that was read before
 * instead of one request per person. It answers as the sign-in does when the list was read with the
 * credential of `directory`.
 *
 * A list without directories (of `users` instead of `admin/users`) makes every directory unknown.
 *
 * @param payloads - Bitbucket's list of users, as it answers them
 * @param trustedDirectories - `directory.trustedDirectories` of the configuration
 * @example
 * ```ts
 * const findDirectory = createListedDirectories(adminUsers, settings.trustedDirectories);
 * const report = await runAudit({ settings, payloads, entities, findDirectory });
 * ```
 * @public
 */
export function createListedDirectories(
  payloads: readonly unknown[],
  trustedDirectories: readonly string[],
): FindDirectory {
  const byName = groupBy(payloads, payload => (payload as { name?: unknown } | null)?.name);
  const http: BitbucketHttp = {
    async getJson(url) {
      const values = byName.get(new URL(url).searchParams.get('filter')) ?? [];
      return { status: 200, headers: new Headers(), json: { values, isLastPage: true } };
    },
    async postForm() {
      throw new Error('a directory lookup posts nothing');
    },
  };
  return createDirectoryLookup({
    baseUrl: 'http://list.invalid',
    authorization: 'none',
    trustedDirectories,
    http,
  });
}

/**
 * Lets other events of the process happen, such as Ctrl-C.
 *
 * @internal
 */
export async function nextTurn(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
}
