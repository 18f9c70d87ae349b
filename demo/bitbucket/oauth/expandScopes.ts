/** Direct predecessors: a higher scope includes the lower one. Every scope can see public projects. */
const includes: Record<string, string> = {
  ACCOUNT_WRITE: 'PUBLIC_REPOS',
  REPO_READ: 'PUBLIC_REPOS',
  REPO_WRITE: 'REPO_READ',
  REPO_ADMIN: 'REPO_WRITE',
  PROJECT_ADMIN: 'REPO_ADMIN',
  ADMIN_WRITE: 'PROJECT_ADMIN',
  SYSTEM_ADMIN: 'ADMIN_WRITE',
};

/** The scopes and all that they include, sorted as Bitbucket prints them. Unknown names stay as they are. */
export function expandScopes(scopes: readonly string[]): string[] {
  const expanded = new Set<string>();
  for (const scope of scopes) {
    for (
      let current: string | undefined = scope;
      current !== undefined && !expanded.has(current);
      current = Object.hasOwn(includes, current) ? includes[current] : undefined
    ) {
      expanded.add(current);
    }
  }
  return [...expanded].sort();
}

/** Scopes of a `scope` parameter. */
export function splitScopes(scope: string | null | undefined): string[] {
  return (scope ?? '').split(/\s+/).filter(Boolean);
}
