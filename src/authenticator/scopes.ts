/** What a scope of Bitbucket Server includes, directly. */
const includes: Readonly<Record<string, string>> = {
  PROJECT_ADMIN: 'REPO_ADMIN',
  REPO_ADMIN: 'REPO_WRITE',
  REPO_WRITE: 'REPO_READ',
  REPO_READ: 'PUBLIC_REPOS',
};

/** The scopes of a list; what does not look like a scope is left out. */
export function scopesOf(list: string | undefined): string[] {
  return (list ?? '').split(/[\s,|+]+/).filter(scope => /^[A-Z_]{1,40}$/.test(scope));
}

/**
 * The scopes with all that they include, as Bitbucket Server does it: whoever may write a repository
 * may read it. Nobody has to be asked again for what they have granted already.
 *
 * @see https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html
 * @internal
 */
export function withIncludedScopes(scopes: readonly string[]): string[] {
  const all = new Set(scopes);
  for (const scope of all) {
    const included = Object.hasOwn(includes, scope) ? includes[scope] : undefined;
    // A set that grows while it is iterated over is iterated over to its new end.
    if (included) all.add(included);
  }
  return [...all];
}
