import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import { DEFAULT_NAMESPACE, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { annotationOf, createCatalogCaller, describeRef, readField } from '../../lookup';
import type { UserQuery, UserQueryField } from '../../lookup';
import { describeCause, foldAscii, quote } from '../../shared';
import type { Decision } from '../chain';

/**
 * An entity that nearly matched a person. For administrators of Backstage only.
 *
 * @public
 */
export interface NearMiss {
  readonly entityRef: string;
  /** Why the entity is not a match, in words. */
  readonly reason: string;
}

/**
 * Finds near misses of queries without a match. Rejects when the catalog is unavailable.
 *
 * @public
 */
export type FindNearMisses = (queries: readonly UserQuery[]) => Promise<readonly NearMiss[]>;

/** Enough to find a mistake without flooding the log. */
const candidatesPerTerm = 25;
const maxMisses = 10;
/** Somebody waits for the explanation of a refusal. */
const timeoutMs = 10_000;

/**
 * Looks for near misses with the full text search of the catalog: one request per value that was
 * looked for. For refusals only, never during a successful sign-in.
 *
 * @public
 */
export function createNearMissFinder(options: {
  readonly catalog: CatalogService | CatalogApi;
  readonly auth: AuthService;
}): FindNearMisses {
  const now = () => performance.now();
  const call = createCatalogCaller({ ...options, timeoutMs, now });

  async function search(query: UserQuery): Promise<readonly Entity[]> {
    const { field, value } = fieldOf(query);
    const term = field === 'spec.profile.email' ? value.split('@')[0]! : value;
    const fullTextFilter = { term, fields: [field.toLowerCase()] };
    const { items } = await call(ask =>
      ask('text', (client, as) =>
        client.queryEntities({ fullTextFilter, limit: candidatesPerTerm }, as),
      ),
    );
    return items;
  }

  return async queries => {
    const found = (await Promise.all(queries.map(search))).flat();
    const candidates = new Map(found.map(entity => [stringifyEntityRef(entity), entity]));
    return [...candidates.values()]
      .flatMap(entity => nearMissesOf(entity, queries))
      .slice(0, maxMisses);
  };
}

/** Who nearly matched, when nobody did. Rejects with what `find` rejects with. */
export async function nearMissesOfDecision(
  decision: Decision,
  find: FindNearMisses | undefined,
): Promise<readonly NearMiss[]> {
  if (decision.outcome !== 'refused' || decision.code !== 'NO_MATCHING_USER') return [];
  const queries = decision.records.flatMap(({ attempts }) =>
    attempts.map(({ attempt }) => attempt.query),
  );
  return find && queries.length > 0 ? find(queries) : [];
}

/**
 * How an entity of any kind nearly matches queries that matched nobody. For a
 * {@link FindNearMisses} of your own; nothing is matched by it.
 *
 * @public
 */
export function nearMissesOf(entity: Entity, queries: readonly UserQuery[]): NearMiss[] {
  const entityRef = describeRef(entity);
  const reasons = new Set(queries.flatMap(query => missOf(entity, query) ?? []));
  return [...reasons].map(reason => ({ entityRef, reason }));
}

function fieldOf(query: UserQuery): { field: UserQueryField; value: string } {
  return query.by === 'ref' ? { field: 'metadata.name', value: query.name } : query;
}

function missOf(entity: Entity, query: UserQuery): string | undefined {
  const { field, value: wanted } = fieldOf(query);
  const value = readField(entity, field);
  const key = annotationOf(field);
  const what = key === undefined ? field.split('.').at(-1)! : `annotation ${key}`;
  const isUser = foldAscii(entity.kind) === 'user';
  if (typeof value === 'string' && foldAscii(value) === foldAscii(wanted)) {
    if (!isUser) return `it has the ${what}, but is of kind ${quote(entity.kind)}`;
    const { namespace = DEFAULT_NAMESPACE } = entity.metadata;
    return what === 'name' ? `it has the name, but is in namespace ${quote(namespace)}` : undefined;
  }
  if (!isUser) return undefined;
  if (typeof value === 'string' && alike(value, wanted)) {
    return `its ${what} differs only by letter case, form of letters or white space`;
  }
  if (key !== undefined) return otherAnnotation(entity, key, wanted);
  return what === 'email' && typeof value === 'string' ? otherDomain(value, wanted) : undefined;
}

function otherDomain(email: string, wanted: string): string | undefined {
  const [local, domain] = email.split('@');
  return domain && alike(local!, wanted.split('@')[0]!)
    ? `its email has the same local part, but the domain ${quote(domain)}`
    : undefined;
}

function otherAnnotation(entity: Entity, key: string, wanted: string): string | undefined {
  const annotations = entity.metadata.annotations ?? {};
  const other = Object.keys(annotations).find(each => each !== key && annotations[each] === wanted);
  return other && looksLikeIdentity(other, key)
    ? `it has the value, but in the annotation ${quote(other)}`
    : undefined;
}

/** An id is a small number. An unrelated annotation with the same number means nothing. */
function looksLikeIdentity(other: string, key: string): boolean {
  return other.split('/').at(-1) === key.split('/').at(-1);
}

function alike(a: string, b: string): boolean {
  return loosen(a) === loosen(b);
}

// A match must not use NFKC or Unicode case folding. Here they help to find typing mistakes.
function loosen(value: string): string {
  return value.normalize('NFKC').replace(/\s/g, '').toLowerCase();
}

/** Writes the nearest misses of a refused person to the log. Never rejects. */
export async function logNearMisses(
  decision: Decision,
  reference: string,
  find: FindNearMisses,
  logger: LoggerService,
): Promise<void> {
  try {
    const misses = await nearMissesOfDecision(decision, find);
    const texts = misses.map(({ entityRef, reason }) => `${entityRef}: ${reason}`);
    if (texts.length > 0) {
      logger.warn(
        `Bitbucket Server sign-in, reference ${reference}: entities that nearly matched: ${texts.join('; ')}`,
      );
    }
  } catch (error) {
    logger.debug(
      `Bitbucket Server sign-in, reference ${reference}: entities that nearly matched could not be looked up: ${describeCause(error)}`,
    );
  }
}
