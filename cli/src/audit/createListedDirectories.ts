import { createDirectoryLookup } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  BitbucketHttp,
  FindDirectory,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
/**
 * The directory lookup of the sign-in, answered from a list of users that was read before instead of
 * one request per person.
 *
 * A list without directories (of `/users` instead of `/admin/users`) makes every directory unknown,
 * and nobody's email is trusted then, as in the sign-in.
 *
 * @internal
 */
export function createListedDirectories(
  payloads: readonly unknown[],
  trustedDirectories: readonly string[],
): FindDirectory {
  const byName = new Map<unknown, unknown[]>();
  for (const payload of payloads) {
    const name = (payload as { name?: unknown } | null)?.name;
    byName.set(name, [...(byName.get(name) ?? []), payload]);
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
    credential: { token: 'none' },
    trustedDirectories,
    http,
  });
}
