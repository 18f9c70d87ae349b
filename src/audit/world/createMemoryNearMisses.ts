import type { Entity } from '@backstage/catalog-model';
import { readField } from '../../lookup';
import type { UserQuery } from '../../lookup';
import { nearMissesOf } from '../../resolvers';
import type { FindNearMisses } from '../../resolvers';
import { loosen } from './loosen';

/** As in the sign-in: enough to find a mistake. */
const candidatesPerTerm = 25;
const maxMisses = 10;

/**
 * Looks for near misses among entities in memory, of any kind, through one index over names, emails,
 * their local parts and annotations. The index is built at the first question.
 *
 * @internal
 */
export function createMemoryNearMisses(entities: readonly Entity[]): FindNearMisses {
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
    for (const term of terms) {
      const others = index.get(term);
      if (!others) index.set(term, [entity]);
      // A value that everybody has, such as a location, says nothing about anybody.
      else if (others.length < candidatesPerTerm) others.push(entity);
    }
  }
  return index;
}
