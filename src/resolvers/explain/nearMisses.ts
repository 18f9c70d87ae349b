import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import { DEFAULT_NAMESPACE, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createCatalogCaller } from '../../lookup';
import type { UserQuery } from '../../lookup';
import { foldAscii, quote } from '../../shared';
import type { Decision } from '../chain';

/**
 * An entity that nearly matched a person. For administrators of Backstage only.
 *
 * @public
 */
export interface NearMiss {
  readonly entityRef: string;
  readonly kind: 'otherKind' | 'otherNamespace' | 'otherDomain' | 'otherAnnotation' | 'spelling';
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
    const field = query.by === 'ref' ? 'metadata.name' : query.field;
    const value = query.by === 'ref' ? query.name : query.value;
    const term = field === 'spec.profile.email' ? value.split('@')[0]! : value;
    const fullTextFilter = { term, fields: [field.toLowerCase()] };
    const { items } = await call(ask =>
      ask('text', 1, (client, as) =>
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

/**
 * Everything that a decision asked the catalog for.
 *
 * @internal
 */
export function queriesOf(decision: Decision): readonly UserQuery[] {
  return decision.records.flatMap(({ attempts }) => attempts.map(({ attempt }) => attempt.query));
}

type Miss = Omit<NearMiss, 'entityRef'>;

/**
 * How an entity of any kind nearly matches queries that matched nobody. For a
 * {@link FindNearMisses} of your own; nothing is matched by it.
 *
 * @public
 */
export function nearMissesOf(entity: Entity, queries: readonly UserQuery[]): NearMiss[] {
  const entityRef = stringifyEntityRef(entity);
  const misses = queries.flatMap(query => missOf(entity, query) ?? []);
  const distinct = new Map(misses.map(miss => [miss.reason, { entityRef, ...miss }]));
  return [...distinct.values()];
}

function missOf(entity: Entity, query: UserQuery): Miss | undefined {
  const { name, namespace = DEFAULT_NAMESPACE } = entity.metadata;
  if (query.by === 'ref' || query.field === 'metadata.name') {
    const wanted = query.by === 'ref' ? query.name : query.value;
    if (!same(name, wanted)) return undefined;
    if (!isUser(entity)) return otherKind(entity, 'name');
    return {
      kind: 'otherNamespace',
      reason: `it has the name, but is in namespace ${quote(namespace)}`,
    };
  }
  if (query.field === 'spec.profile.email') return missByEmail(entity, query.value);
  return missByAnnotation(entity, query.field.slice('metadata.annotations.'.length), query.value);
}

function missByEmail(entity: Entity, wanted: string): Miss | undefined {
  const { email } = (entity.spec?.profile ?? {}) as { email?: unknown };
  if (typeof email !== 'string') return undefined;
  if (same(email, wanted)) return isUser(entity) ? undefined : otherKind(entity, 'email');
  if (!isUser(entity)) return undefined;
  if (alike(email, wanted)) return spelling('email');
  const [local, domain] = email.split('@');
  return domain && alike(local!, wanted.split('@')[0]!)
    ? {
        kind: 'otherDomain',
        reason: `its email has the same local part, but the domain ${quote(domain)}`,
      }
    : undefined;
}

function missByAnnotation(entity: Entity, key: string, wanted: string): Miss | undefined {
  const annotations = entity.metadata.annotations ?? {};
  const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
  if (value !== undefined && same(value, wanted)) {
    return isUser(entity) ? undefined : otherKind(entity, `annotation ${key}`);
  }
  if (!isUser(entity)) return undefined;
  if (value !== undefined && alike(value, wanted)) return spelling(`annotation ${key}`);
  const other = Object.keys(annotations).find(each => each !== key && annotations[each] === wanted);
  return other && looksLikeIdentity(other, key)
    ? { kind: 'otherAnnotation', reason: `it has the value, but in the annotation ${quote(other)}` }
    : undefined;
}

/** An id is a small number. An unrelated annotation with the same number means nothing. */
function looksLikeIdentity(other: string, key: string): boolean {
  return other.split('/').at(-1) === key.split('/').at(-1);
}

function otherKind({ kind }: Entity, what: string): Miss {
  return { kind: 'otherKind', reason: `it has the ${what}, but is of kind ${quote(kind)}` };
}

function spelling(what: string): Miss {
  return {
    kind: 'spelling',
    reason: `its ${what} differs only by letter case, form of letters or white space`,
  };
}

function isUser({ kind }: Entity): boolean {
  return foldAscii(kind) === 'user';
}

function same(a: string, b: string): boolean {
  return foldAscii(a) === foldAscii(b);
}

function alike(a: string, b: string): boolean {
  return loosen(a) === loosen(b);
}

// A match must not use NFKC or Unicode case folding. Here they help to find typing mistakes.
function loosen(value: string): string {
  return value.normalize('NFKC').replace(/\s/g, '').toLowerCase();
}

/**
 * Writes the nearest misses of a refused person to the log. Never rejects.
 *
 * @internal
 */
export async function logNearMisses(options: {
  readonly decision: Decision;
  readonly reference: string;
  readonly findNearMisses: FindNearMisses;
  readonly logger: LoggerService;
}): Promise<void> {
  const { decision, reference, findNearMisses, logger } = options;
  if (decision.outcome !== 'refused' || decision.code !== 'NO_MATCHING_USER') return;
  const queries = queriesOf(decision);
  if (queries.length === 0) return;
  try {
    const misses = await findNearMisses(queries);
    const texts = misses.map(({ entityRef, reason }) => `${entityRef}: ${reason}`);
    if (texts.length > 0) {
      logger.warn(
        `Bitbucket Server sign-in, reference ${reference}: entities that nearly matched: ${texts.join('; ')}`,
      );
    }
  } catch (error) {
    logger.debug(
      `Bitbucket Server sign-in, reference ${reference}: entities that nearly matched could not be looked up: ${String(error)}`,
    );
  }
}
