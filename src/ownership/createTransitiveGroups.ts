import type { LoggerService } from '@backstage/backend-plugin-api';
import { parseEntityRef, RELATION_CHILD_OF, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { durationToMilliseconds } from '@backstage/types';
import DataLoader from 'dataloader';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../config';
import { createCatalogCaller, entitiesByRefs, userLookupSchema } from '../lookup';
import type { CatalogUserLookupOptions } from '../lookup';
import { createIncident, createMemory, describeCause } from '../shared';
import { ownershipSchema } from './ownershipConfig';

/**
 * Options of {@link createTransitiveGroups}. Those that {@link createCatalogUserLookup} also has mean
 * the same for groups, with the same defaults.
 *
 * @public
 */
export interface TransitiveGroupsOptions extends Pick<
  CatalogUserLookupOptions,
  'catalog' | 'auth' | 'ttl' | 'notFoundTtl' | 'staleIfError' | 'timeout' | 'maxEntries' | 'now'
> {
  /** Levels of parents to follow. Each takes at most one catalog request. Default 20. */
  readonly maxDepth?: number;
  /** Maximum number of refs of a person. Further groups are left out. Default 500. */
  readonly maxRefs?: number;
  /** Gets one warning for each limit that was reached, and one line per outage. Default: nothing is logged. */
  readonly logger?: LoggerService;
}

const optional = z.unknown();
const { ttl, notFoundTtl, staleIfError, timeout, maxEntries } = userLookupSchema.shape;
const { maxDepth, maxRefs } = ownershipSchema.shape;

const optionsSchema = strictObject({
  ...{ ttl, notFoundTtl, staleIfError, timeout, maxEntries },
  ...{ maxDepth, maxRefs },
  catalog: optional,
  auth: optional,
  logger: optional,
  now: optional,
} satisfies Record<keyof TransitiveGroupsOptions, z.ZodTypeAny>);

/**
 * Makes the function for `extendOwnership` of a sign-in resolver that adds the parent groups of every
 * group of a person, at all levels. It follows `childOf` relations, with one request for each level
 * that is not cached, and visits each group once.
 *
 * It rejects when the catalog is unavailable, because nobody would notice that a session lacks some of
 * its groups. A session refresh may use expired answers.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` for an option that is not known or out of range
 * @see https://backstage.io/docs/features/software-catalog/well-known-relations#parentof-and-childof
 * @example
 * ```ts
 * createSignInResolver({ match, extendOwnership: createTransitiveGroups({ catalog, auth }) });
 * ```
 * @public
 */
export function createTransitiveGroups(
  options: TransitiveGroupsOptions,
): (
  ownershipEntityRefs: readonly string[],
  options?: { readonly refresh?: boolean },
) => Promise<string[]> {
  parseOptions(optionsSchema, options, 'createTransitiveGroups');
  const { maxDepth = 20, maxRefs = 500, logger } = options;
  const parentsOf = createParentGroups(options);
  const warned = new Set<string>();

  function warn(limit: string, message: string): void {
    // The same hierarchy would log it at every sign-in.
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
          `A person is in groups with more than ${maxDepth} levels of parents; groups further up are left out of the ownership claims (ownership.maxDepth)`,
        );
        break;
      }
      const parents = (await parentsOf(level, refresh)).flat();
      level = [...new Set(parents)].filter(ref => !met.has(ref));
      const room = Math.max(0, maxRefs - refs.size);
      if (level.length > room) {
        warn(
          'count',
          `A person has more than ${maxRefs} ownership refs with all parent groups; the groups furthest up are left out of the ownership claims (ownership.maxRefs)`,
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

/** Most groups in one request; a hundred cost the catalog little more than one. */
const refsPerRequest = 250;

const fields = ['kind', 'metadata.name', 'metadata.namespace', 'relations'];

/**
 * Makes the cached lookup of `childOf` relations. Groups that are not cached are requested
 * together.
 */
function createParentGroups(options: TransitiveGroupsOptions) {
  const { catalog, auth, now = () => performance.now() } = options;
  const ttlMs = durationToMilliseconds(options.ttl ?? { minutes: 1 });
  const notFoundTtlMs = durationToMilliseconds(options.notFoundTtl ?? { seconds: 5 });
  const timeoutMs = durationToMilliseconds(options.timeout ?? { seconds: 10 });
  const call = createCatalogCaller({ catalog, auth, timeoutMs, now });
  const outage = createIncident(options.logger);

  const loader = new DataLoader<string, Entity | undefined>(
    entityRefs => call(ask => entitiesByRefs(ask, [...entityRefs], fields)),
    { cache: false, maxBatchSize: refsPerRequest, batchScheduleFn: setImmediate },
  );

  const memory = createMemory<readonly string[]>({
    maxEntries: options.maxEntries ?? 10_000,
    staleIfErrorMs: durationToMilliseconds(options.staleIfError ?? { hours: 1 }),
    now,
  });

  async function load(ref: string) {
    const entity = await loader.load(ref);
    const parents = entity && parentsIn(entity, ref);
    outage.recover('The catalog answers requests for parent groups again');
    return { value: parents ?? [], ttlMs: parents ? ttlMs : notFoundTtlMs };
  }

  async function parentsOf(ref: string, refresh: boolean): Promise<readonly string[]> {
    try {
      return (await memory.get(ref, () => load(ref))).value;
    } catch (error) {
      const stale = refresh ? memory.stale(ref) : undefined;
      if (!stale) throw error;
      outage.fail(
        `The catalog does not answer requests for parent groups; existing Bitbucket Server sessions are refreshed with cached groups: ${describeCause(error)}`,
      );
      return stale.value;
    }
  }

  return (refs: readonly string[], refresh: boolean) =>
    Promise.all(refs.map(ref => parentsOf(ref, refresh)));
}

function parentsIn(entity: Entity, groupRef: string): readonly string[] {
  const actualRef = stringifyEntityRef(entity);
  if (actualRef !== groupRef) {
    throw new Error(`the catalog was asked for ${groupRef} and answered ${actualRef}`);
  }
  return (entity.relations ?? [])
    .filter(({ type, targetRef }) => type === RELATION_CHILD_OF && targetRef.startsWith('group:'))
    .map(({ targetRef }) => targetRef);
}

/** The ref of a group in the catalog's spelling, or `undefined` for other refs. */
function groupRefOf(ref: string): string | undefined {
  try {
    const parts = parseEntityRef(ref);
    return parts.kind.toLowerCase() === 'group' ? stringifyEntityRef(parts) : undefined;
  } catch {
    // Other claims of a custom AuthOwnershipResolver stay as they are.
    return undefined;
  }
}
