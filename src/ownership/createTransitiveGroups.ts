import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { createParentGroups } from './createParentGroups';
import type { TransitiveGroupsOptions } from './TransitiveGroupsOptions';

/**
 * Adds to the refs of a person the parents of every group among them, and their parents. It fits
 * `extendOwnership` of a sign-in resolver.
 *
 * Rejects when the catalog cannot be asked: a session with some of its groups would look like one
 * with all. Only the refresh of a session is served from expired answers, as in the lookup of users.
 *
 * @public
 */
export type TransitiveGroups = (
  ownershipEntityRefs: readonly string[],
  options?: { readonly refresh?: boolean },
) => Promise<string[]>;

/**
 * Makes the function that follows the `childOf` relations of groups, level by level: one request for
 * each level that is not in memory. It ends in a cycle, and meets no group twice.
 *
 * @see https://backstage.io/docs/features/software-catalog/well-known-relations#parentof-and-childof
 * @example
 * ```ts
 * createSignInResolver({ match, extendOwnership: createTransitiveGroups({ catalog, auth }) });
 * ```
 * @public
 */
export function createTransitiveGroups(options: TransitiveGroupsOptions): TransitiveGroups {
  const { maxDepth = 20, maxRefs = 500, logger } = options;
  const parentsOf = createParentGroups(options);
  const warned = new Set<string>();

  function warn(limit: string, message: string): void {
    // The same hierarchy would say it at every sign-in.
    if (!warned.has(limit)) logger?.warn(message);
    warned.add(limit);
  }

  return async (ownershipEntityRefs, { refresh = false } = {}) => {
    const refs = new Set(ownershipEntityRefs);
    const met = new Set(ownershipEntityRefs.flatMap(ref => groupRefOf(ref) ?? []));
    let level = [...met];
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth >= maxDepth) {
        warn(
          'depth',
          `A person is in groups with more than ${maxDepth} levels of parents; those further up are left out of the ownership claims`,
        );
        break;
      }
      const parents = (await parentsOf(level, refresh)).flat();
      level = [...new Set(parents)].filter(ref => !met.has(ref));
      const room = Math.max(0, maxRefs - refs.size);
      if (level.length > room) {
        warn(
          'count',
          `A person has more than ${maxRefs} ownership refs with all parent groups; those furthest up are left out of the ownership claims`,
        );
        level = level.slice(0, room);
      }
      for (const ref of level) {
        met.add(ref);
        refs.add(ref);
      }
    }
    return [...refs];
  };
}

/** In the catalog's own spelling, or `undefined` for what is no group. */
function groupRefOf(ref: string): string | undefined {
  try {
    const parts = parseEntityRef(ref);
    return parts.kind.toLowerCase() === 'group' ? stringifyEntityRef(parts) : undefined;
  } catch {
    // Whatever an AuthOwnershipResolver of somebody else's claims stays as it is.
    return undefined;
  }
}
