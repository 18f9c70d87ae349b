import { durationToMilliseconds } from '@backstage/types';
import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../config';
import { createCatalogCaller, entitiesByRefs } from './catalog';
import type {
  CatalogUserLookup,
  CatalogUserLookupOptions,
  UserLookupAnswer,
} from './CatalogUserLookup';
import { createUserSearch } from './createUserSearch';
import type { LookupResult } from './createUserSearch';
import { userLookupSchema } from './userLookupConfig';
import { canonicalQuery, ownerRefs, queryKey } from './UserQuery';
import type { UserQuery } from './UserQuery';
import { createFrozenCopier, identityOf, verifyCandidates } from './verifyCandidates';
import type { EntitiesAnswer } from './verifyCandidates';
import { createIncident, createMemory, instruments } from '../shared';

const nobody: UserLookupAnswer = Object.freeze({ type: 'entities', entities: Object.freeze([]) });

/**
 * Fields usually come from the configuration, so there are few. The limit is for custom matchers that
 * generate field names.
 */
const maxFields = 100;

const optional = z.unknown();

const optionsSchema = strictObject({
  ...userLookupSchema.shape,
  catalog: optional,
  auth: optional,
  logger: optional,
  now: optional,
} satisfies Record<keyof CatalogUserLookupOptions, z.ZodTypeAny>);

/**
 * Makes the lookup of users. Simultaneous queries are batched, equal ones are sent once, and answers
 * are verified before they are cached.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` for an option that is not known or out of range
 * @example
 * ```ts
 * const lookup = createCatalogUserLookup({ catalog, auth, logger, ttl: { minutes: 2 } });
 * const signInResolver = createSignInResolver({ match: [matchers.profileEmail()], lookup });
 * ```
 *
 * @public
 */
export function createCatalogUserLookup(
  options: CatalogUserLookupOptions,
): Required<CatalogUserLookup> & {
  /** Number of answers in memory. */
  readonly size: number;
  /** Removes all answers. Answers to requests under way are delivered, but not cached. */
  clear(): void;
  /** Removes the answer to a query. */
  delete(query: UserQuery): void;
} {
  const { catalog, auth, logger, now = () => performance.now() } = options;
  const limits = parseOptions(optionsSchema, options, 'createCatalogUserLookup');
  const { fields = 'all', maxEntries = 10_000 } = limits;
  const { maxRefsPerRequest = 1_000, maxValuesPerRequest = 100 } = limits;
  const ttlMs = durationToMilliseconds(limits.ttl ?? { minutes: 1 });
  const notFoundTtlMs = durationToMilliseconds(limits.notFoundTtl ?? { seconds: 5 });

  const call = createCatalogCaller({
    catalog,
    auth,
    now,
    timeoutMs: durationToMilliseconds(limits.timeout ?? { seconds: 10 }),
  });
  const search = createUserSearch({ fields, now });
  const frozenCopy = createFrozenCopier();
  const outage = createIncident(logger);
  const countAnswer = (source: 'memory' | 'in_flight' | 'catalog' | 'stale') =>
    instruments().catalogAnswers.add(1, { 'bitbucket_server.source': source });

  const loaders = new LRUCache<string, DataLoader<UserQuery, LookupResult>>({ max: maxFields });

  /** The loader that batches this query with others that fit into the same request. */
  function loaderFor(query: UserQuery): DataLoader<UserQuery, LookupResult> {
    const key = query.by === 'ref' ? '' : query.field;
    const known = loaders.get(key);
    if (known) return known;
    const loader = new DataLoader<UserQuery, LookupResult>(
      queries => call(request => search(request, queries)),
      {
        cache: false,
        maxBatchSize: query.by === 'ref' ? maxRefsPerRequest : maxValuesPerRequest,
        // Batches all queries of one turn of the event loop.
        batchScheduleFn: setImmediate,
      },
    );
    loaders.set(key, loader);
    return loader;
  }

  const memory = createMemory<EntitiesAnswer>({
    maxEntries,
    staleIfErrorMs: durationToMilliseconds(limits.staleIfError ?? { hours: 1 }),
    now,
  });

  async function ask(query: UserQuery) {
    const result = await loaderFor(query).load(query);
    if (result.type === 'unavailable') throw result.cause;
    outage.recover('The catalog answers again');
    const answer = verifyCandidates(result.entities, query);
    const entities =
      fields === 'all' ? answer.entities : answer.entities.map(each => identityOf(each, query));
    return {
      value: frozenCopy({ ...answer, entities }),
      ttlMs: entities.length === 1 ? ttlMs : notFoundTtlMs,
    };
  }

  function staleAnswer(key: string): UserLookupAnswer | undefined {
    const entry = memory.stale(key);
    if (entry?.value.entities.length !== 1) return undefined;
    outage.fail(
      `The catalog is unavailable; existing Bitbucket Server sessions are refreshed from cached answers, the first one from an answer that expired ${Math.round(entry.staleForMs / 1000)} s ago`,
    );
    countAnswer('stale');
    return { ...entry.value, staleForMs: entry.staleForMs };
  }

  return {
    async find(query, { refresh = false } = {}) {
      const canonical = canonicalQuery(query);
      if (!canonical) return nobody;
      const key = queryKey(canonical);
      try {
        const { value, source } = await memory.get(key, () => ask(canonical));
        countAnswer(source === 'loaded' ? 'catalog' : source);
        return value;
      } catch (cause) {
        return (refresh ? staleAnswer(key) : undefined) ?? { type: 'unavailable', cause };
      }
    },
    isNameTaken: ref =>
      call(async request => {
        const refs = ownerRefs(ref);
        const fields = ['kind', 'metadata.name'];
        const filter = { 'relations.ownedBy': refs };
        const [owners, owned] = await Promise.all([
          entitiesByRefs(request, refs, fields),
          request('filter', (client, as) => client.queryEntities({ filter, fields, limit: 1 }, as)),
        ]);
        return owners.some(Boolean) || owned.items.length > 0;
      }),
    get size() {
      return memory.size();
    },
    clear: () => memory.clear(),
    delete(query) {
      const canonical = canonicalQuery(query);
      if (canonical) memory.delete(queryKey(canonical));
    },
  };
}
