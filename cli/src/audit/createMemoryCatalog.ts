import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { foldAscii, nearMissesOf } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  CatalogUserLookup,
  FindNearMisses,
  UserQuery,
  UserQueryField,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { groupBy } from '../groupBy';
import { isKind, loosen, readField } from './entities';

/** The catalog's search index holds no longer values, and is not asked for control characters. */
const maxValueLength = 200;
const unsearchable = /^$|[\p{Cc}\p{Cs}]/u;

/** As in the sign-in: enough to find a mistake. */
const candidatesPerTerm = 25;
const maxMisses = 10;

/** @internal */
export interface MemoryUserLookup extends CatalogUserLookup {
  /** What the catalog would offer, before the evaluator checks it. */
  candidatesOf(query: UserQuery): readonly Entity[];
  /** Whether any `User` entity has a text in this field. */
  hasField(field: UserQueryField): boolean;
}

/** @internal */
export interface MemoryCatalog {
  readonly lookup: MemoryUserLookup;
  readonly findNearMisses: FindNearMisses;
}

/**
 * A catalog in memory, for the audit of all its people.
 *
 * @param owners - refs that own something
 * @internal
 */
export function createMemoryCatalog(
  entities: readonly Entity[],
  owners: readonly string[] = [],
): MemoryCatalog {
  return { lookup: createLookup(entities, owners), findNearMisses: createNearMisses(entities) };
}

/**
 * Answers as the lookup of the sign-in does over a catalog: candidates come from an index with the
 * catalog's own folding (all of Unicode), and the evaluator lets only those stand that pass the check
 * of the sign-in (ASCII). An index is built when its field is first asked for, so that a lookup costs one step
 * whatever the size of the catalog.
 */
function createLookup(entities: readonly Entity[], owners: readonly string[]): MemoryUserLookup {
  const users = entities.filter(entity => isKind(entity, 'user'));
  const fields = new Map<UserQueryField, Map<string, Entity[]>>();
  let refs: Map<string, Entity[]> | undefined;
  let taken: Set<string> | undefined;

  function indexOf(field: UserQueryField): Map<string, Entity[]> {
    const known = fields.get(field);
    if (known) return known;
    const index = new Map<string, Entity[]>();
    for (const entity of users) {
      const value = readField(entity, field);
      const key = typeof value === 'string' ? value.toLowerCase() : '';
      if (key.length <= maxValueLength && !unsearchable.test(key)) add(index, key, entity);
    }
    fields.set(field, index);
    return index;
  }

  function candidatesOf(query: UserQuery): readonly Entity[] {
    if (query.by === 'field') {
      return indexOf(query.field).get(foldAscii(query.value).toLowerCase()) ?? [];
    }
    refs ??= groupBy(users, entity => stringifyEntityRef(entity));
    const [namespace, name] = [foldAscii(query.namespace), foldAscii(query.name)];
    return refs.get(stringifyEntityRef({ kind: 'User', namespace, name })) ?? [];
  }

  return {
    find: async query => ({ type: 'entities', entities: candidatesOf(query) }),
    isNameTaken: async ({ namespace, name }) => {
      taken ??= new Set([...entities.map(entity => stringifyEntityRef(entity)), ...owners]);
      return ['User', 'Group'].some(kind =>
        taken!.has(stringifyEntityRef({ kind, namespace, name })),
      );
    },
    candidatesOf,
    hasField: field => indexOf(field).size > 0,
  };
}

/**
 * Looks for near misses among entities of any kind, through one index over names, emails, their local
 * parts and annotations, which is built at the first question.
 */
function createNearMisses(entities: readonly Entity[]): FindNearMisses {
  let index: Map<string, Entity[]> | undefined;
  return async queries => {
    index ??= buildIndex(entities);
    const candidates = new Set<Entity>();
    for (const term of queries.flatMap(termsOf)) {
      for (const entity of index.get(term) ?? []) candidates.add(entity);
    }
    return [...candidates].flatMap(entity => nearMissesOf(entity, queries)).slice(0, maxMisses);
  };
}

function termsOf(query: UserQuery): string[] {
  if (query.by === 'ref') return [loosen(query.name)];
  return query.field === 'spec.profile.email' ? emailTerms(query.value) : [loosen(query.value)];
}

function emailTerms(email: string): string[] {
  return [loosen(email), loosen(email.split('@')[0]!)];
}

function buildIndex(entities: readonly Entity[]): Map<string, Entity[]> {
  const index = new Map<string, Entity[]>();
  for (const entity of entities) {
    const email = readField(entity, 'spec.profile.email');
    const annotations = Object.values(entity.metadata.annotations ?? {});
    const terms = new Set([
      loosen(entity.metadata.name),
      ...(typeof email === 'string' ? emailTerms(email) : []),
      ...annotations.filter(value => typeof value === 'string').map(loosen),
    ]);
    // A value that everybody has, such as a location, says nothing about anybody.
    for (const term of terms) add(index, term, entity, candidatesPerTerm);
  }
  return index;
}

function add(index: Map<string, Entity[]>, key: string, entity: Entity, limit = Infinity): void {
  const others = index.get(key);
  if (!others) index.set(key, [entity]);
  else if (others.length < limit) others.push(entity);
}
