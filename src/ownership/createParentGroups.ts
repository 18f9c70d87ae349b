import { LRUCache } from 'lru-cache';
import { createCatalogCaller } from '../lookup';
import { readParents } from './readParents';
import type { TransitiveGroupsOptions } from './TransitiveGroupsOptions';
import { createIncident, quote, withTimeout } from '../shared';

/**
 * The parents of each group, in the order of the groups. Rejects when one of them is not known.
 *
 * @internal
 */
export type ParentGroups = (
  groupRefs: readonly string[],
  refresh: boolean,
) => Promise<(readonly string[])[]>;

interface Entry {
  readonly parents: readonly string[];
  readonly expiresAt: number;
}

/** Most groups in one request; a hundred cost the catalog little more than one. */
const refsPerRequest = 250;
const fields = ['kind', 'metadata.name', 'metadata.namespace', 'relations'];

/**
 * Makes the cached view of `childOf`: what is not in memory is asked in one batch, and a group that
 * is being asked for is not asked for again.
 *
 * @internal
 */
export function createParentGroups(options: TransitiveGroupsOptions): ParentGroups {
  const { auth, cache = {}, timeoutMs = 10_000, now = Date.now } = options;
  const { ttlMs = 60_000, notFoundTtlMs = 5_000, staleIfErrorMs = 3_600_000 } = cache;
  const catalog = createCatalogCaller(options.catalog, auth, now);
  const entries = new LRUCache<string, Entry>({ max: cache.maxEntries ?? 10_000 });
  const outage = createIncident(options.logger);
  const underWay = new Map<string, Promise<readonly string[]>>();

  async function fetch(refs: readonly string[]) {
    const startedAt = now();
    const { items } = await withTimeout(
      () => catalog.getEntitiesByRefs({ entityRefs: [...refs], fields }),
      { timeoutMs },
    );
    outage.recover('The catalog answers to parent groups again');
    if (items.length !== refs.length) {
      throw new Error(`the catalog answered ${items.length} entities to ${refs.length} refs`);
    }
    return new Map(
      refs.map((ref, index) => {
        const parents = readParents(items[index], ref);
        const expiresAt = startedAt + (parents ? ttlMs : notFoundTtlMs);
        entries.set(ref, { parents: parents ?? [], expiresAt });
        return [ref, parents ?? []];
      }),
    );
  }

  function ask(refs: readonly string[]): void {
    for (let from = 0; from < refs.length; from += refsPerRequest) {
      const batch = refs.slice(from, from + refsPerRequest);
      const answer = fetch(batch);
      for (const ref of batch) {
        const parents = answer.then(all => all.get(ref)!).finally(() => underWay.delete(ref));
        underWay.set(ref, parents);
      }
    }
  }

  function atHand(ref: string, graceMs = 0): readonly string[] | undefined {
    const entry = entries.get(ref);
    return entry && now() < entry.expiresAt + graceMs ? entry.parents : undefined;
  }

  return async (groupRefs, refresh) => {
    const known = new Map(groupRefs.map(ref => [ref, atHand(ref)]));
    ask(groupRefs.filter(ref => !known.get(ref) && !underWay.has(ref)));
    try {
      return await Promise.all(groupRefs.map(async ref => known.get(ref) ?? underWay.get(ref)!));
    } catch (error) {
      const stale = groupRefs.map(ref => known.get(ref) ?? atHand(ref, staleIfErrorMs));
      if (!refresh || !stale.every(parents => parents !== undefined)) throw error;
      outage.fail(
        `The catalog cannot be asked for parent groups; existing Bitbucket Server sessions are refreshed with those in memory: ${quote(String(error))}`,
      );
      return stale;
    }
  };
}
