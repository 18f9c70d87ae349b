import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import {
  foldAscii,
  nearMissesOf,
  verifyCandidates,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  CatalogUserLookup,
  FindNearMisses,
  UserLookupAnswer,
  UserQuery,
  UserQueryField,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { isKind, loosen, readField } from './entities';

/** The catalog's search index holds no values beyond this length, so that nobody is found by one. */
const maxValueLength = 200;

/** Answers with more candidates than this are verified once, and remembered. */
const fewEntities = 8;

/** As in the sign-in: enough to find a mistake. */
const candidatesPerTerm = 25;
const maxMisses = 10;

/** @internal */
export interface MemoryUserLookup extends CatalogUserLookup {
  peek(query: UserQuery): UserLookupAnswer;
  /** Whether any `User` entity has a text in this field. */
  hasField(field: UserQueryField): boolean;
  /** The fields that were asked for so far. */
  askedFields(): readonly UserQueryField[];
}

/** @internal */
export interface MemoryCatalog {
  readonly lookup: MemoryUserLookup;
  readonly findNearMisses: FindNearMisses;
}

/**
 * A catalog in memory, for the audit of all its people.
 *
 * @internal
 */
export function createMemoryCatalog(entities: readonly Entity[]): MemoryCatalog {
  return { lookup: createLookup(entities), findNearMisses: createNearMisses(entities) };
}

/**
 * Answers as the lookup of the sign-in does over a catalog: candidates come from an index with the
 * catalog's own folding (all of Unicode), and only those that stand the check of the sign-in (ASCII)
 * are answered. An index is built when its field is first asked for, so that a lookup costs one step
 * whatever the size of the catalog.
 */
function createLookup(entities: readonly Entity[]): MemoryUserLookup {
  const users = entities.filter(entity => isKind(entity, 'user'));
  const fields = new Map<UserQueryField, Map<string, Entity[]>>();
  let refs: Map<string, Entity> | undefined;
  let owners: Set<string> | undefined;
  const longAnswers = new Map<string, UserLookupAnswer>();

  function indexOf(field: UserQueryField): Map<string, Entity[]> {
    const known = fields.get(field);
    if (known) return known;
    const index = new Map<string, Entity[]>();
    for (const entity of users) {
      const value = readField(entity, field);
      if (typeof value !== 'string' || value.toLowerCase().length > maxValueLength) continue;
      add(index, value.toLowerCase(), entity);
    }
    fields.set(field, index);
    return index;
  }

  function byRef(query: Extract<UserQuery, { by: 'ref' }>): UserLookupAnswer {
    refs ??= new Map(users.map(entity => [stringifyEntityRef(entity), entity]));
    const [namespace, name] = [foldAscii(query.namespace), foldAscii(query.name)];
    const found = refs.get(stringifyEntityRef({ kind: 'User', namespace, name }));
    return verifyCandidates(query, found ? [found] : []);
  }

  function byField(query: Extract<UserQuery, { by: 'field' }>): UserLookupAnswer {
    const value = foldAscii(query.value);
    const candidates = indexOf(query.field).get(value.toLowerCase()) ?? [];
    if (candidates.length <= fewEntities) return verifyCandidates(query, candidates);
    // The same email on thousands of entities, and asked for thousands of times, is checked once.
    const key = `${query.field}\n${value}`;
    const answer = longAnswers.get(key) ?? verifyCandidates(query, candidates);
    longAnswers.set(key, answer);
    return answer;
  }

  const peek = (query: UserQuery) => (query.by === 'ref' ? byRef(query) : byField(query));
  return {
    peek,
    find: async query => peek(query),
    isNameTaken: async ({ namespace, name }) => {
      owners ??= new Set(entities.flatMap(ownersOf));
      return ['User', 'Group'].some(kind =>
        owners!.has(stringifyEntityRef({ kind, namespace, name })),
      );
    },
    hasField: field => indexOf(field).size > 0,
    askedFields: () => [...fields.keys()],
  };
}

/** Whom an entity is, and whom it belongs to. */
function ownersOf(entity: Entity): string[] {
  const relations = (entity.relations ?? []).filter(({ type }) => type === 'ownedBy');
  return [stringifyEntityRef(entity), ...relations.map(({ targetRef }) => targetRef.toLowerCase())];
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
