import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { RejectedCandidate, UserLookupAnswer } from './CatalogUserLookup';
import { satisfiesQuery } from './satisfiesQuery';
import type { UserQuery } from './UserQuery';
import type { SourceAnswer } from './UserSource';

/**
 * The layer between everything that may be wrong (a catalog that folds all of Unicode, a shared
 * cache that others write to) and everything that decides: only candidates that stand
 * {@link satisfiesQuery} get through, each entity once.
 *
 * @internal
 */
export function verifyAnswer(answer: SourceAnswer, query: UserQuery): UserLookupAnswer {
  if (answer.type !== 'entities') return answer;
  const accepted = new Map<string, Entity>();
  const rejected: RejectedCandidate[] = [];
  for (const entity of answer.entities) {
    const reason = satisfiesQuery(entity, query) ?? nameless(entity);
    if (reason === undefined) accepted.set(stringifyEntityRef(entity), entity);
    else rejected.push({ entityRef: describe(entity), reason });
  }
  const entities = [...accepted.values()];
  return rejected.length > 0
    ? { type: 'entities', entities, rejected }
    : { type: 'entities', entities };
}

function nameless(entity: Entity): string | undefined {
  const { name, namespace } = entity.metadata as { name?: unknown; namespace?: unknown };
  const ok = typeof name === 'string' && ['string', 'undefined'].includes(typeof namespace);
  return ok ? undefined : 'it has no valid name';
}

function describe(entity: Entity): string {
  try {
    return stringifyEntityRef(entity);
  } catch {
    // Not an entity at all: there is no ref to name it by, and that is all there is to say.
    return 'unknown';
  }
}
