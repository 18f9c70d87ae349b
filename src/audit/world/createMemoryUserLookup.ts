import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { canonicalQuery, readField, verifyCandidates } from '../../lookup';
import type { CatalogUserLookup, UserLookupAnswer, UserQuery, UserQueryField } from '../../lookup';
import { foldAscii } from '../../shared';

/** The catalog's search index holds no values beyond this length, so that nobody is found by one. */
const maxValueLength = 200;

const fewEntities = 8;

/** @internal */
export interface MemoryUserLookup extends CatalogUserLookup {
  isNameTaken: NonNullable<CatalogUserLookup['isNameTaken']>;
  /** Whether any `User` entity has a text in this field. */
  hasField(field: UserQueryField): boolean;
  /** The fields that were asked for so far. */
  askedFields(): readonly UserQueryField[];
}

/**
 * A lookup over entities in memory that answers as the lookup of the sign-in does over a catalog:
 * candidates come from an index with the catalog's own folding (all of Unicode), and only those that
 * stand the package's own check (ASCII) are answered. An index is built when its field is first
 * asked for, so that a lookup costs one step whatever the size of the catalog.
 *
 * @internal
 */
export function createMemoryUserLookup(entities: readonly Entity[]): MemoryUserLookup {
  const users = entities.filter(({ kind }) => foldAscii(kind) === 'user');
  const fields = new Map<UserQueryField, Map<string, Entity[]>>();
  let refs: Map<string, Entity> | undefined;
  let owners: Set<string> | undefined;
  const manyAnswers = new Map<string, UserLookupAnswer>();

  function indexOf(field: UserQueryField): Map<string, Entity[]> {
    const known = fields.get(field);
    if (known) return known;
    const index = new Map<string, Entity[]>();
    for (const entity of users) {
      const value = readField(entity, field);
      if (typeof value !== 'string') continue;
      const key = value.toLowerCase();
      if (key.length > maxValueLength) continue;
      const others = index.get(key);
      if (others) others.push(entity);
      else index.set(key, [entity]);
    }
    fields.set(field, index);
    return index;
  }

  function candidates(query: UserQuery): readonly Entity[] {
    if (query.by === 'field') return indexOf(query.field).get(query.value.toLowerCase()) ?? [];
    refs ??= new Map(users.map(entity => [stringifyEntityRef(entity), entity]));
    const found = refs.get(stringifyEntityRef({ kind: 'User', ...query }));
    return found ? [found] : [];
  }

  function answer(query: UserQuery): UserLookupAnswer {
    const canonical = canonicalQuery(query);
    if (!canonical) return { type: 'entities', entities: [] };
    const entities = candidates(canonical);
    if (entities.length <= fewEntities || canonical.by === 'ref') {
      return verifyCandidates(entities, canonical);
    }
    // The same email on thousands of entities, and asked for thousands of times, is checked once.
    const key = `${canonical.field}\n${canonical.value}`;
    const known = manyAnswers.get(key) ?? verifyCandidates(entities, canonical);
    manyAnswers.set(key, known);
    return known;
  }

  return {
    find: async query => answer(query),
    isNameTaken: async ({ namespace, name }) => {
      const refs = ['User', 'Group'].map(kind => stringifyEntityRef({ kind, namespace, name }));
      owners ??= new Set(entities.flatMap(ownersOf));
      return refs.some(ref => owners!.has(ref));
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
