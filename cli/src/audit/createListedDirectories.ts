import { createDirectoryLookup } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  BitbucketHttp,
  FindDirectory,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';

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
  const byName = new Map<unknown, unknown[]>();
  for (const payload of payloads) {
    const name = (payload as { name?: unknown } | null)?.name;
    const others = byName.get(name);
    if (others) others.push(payload);
    else byName.set(name, [payload]);
  }
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
