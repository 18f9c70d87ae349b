import type { Entity } from '@backstage/catalog-model';
import { canonicalQuery } from './canonicalQuery';
import type { UserLookupAnswer } from './CatalogUserLookup';
import type { UserQuery } from './UserQuery';
import { verifyAnswer } from './verifyAnswer';

/**
 * Which of some entities answer a query: the check that stands between every source and every
 * decision. For a {@link CatalogUserLookup} of your own, whose source may find too much: other kinds,
 * or values that are only alike. What does not stand the check is `rejected` in the answer.
 *
 * @example
 * ```ts
 * const lookup: CatalogUserLookup = {
 *   find: async query => verifyCandidates(query, entities),
 * };
 * ```
 * @public
 */
export function verifyCandidates(
  query: UserQuery,
  candidates: readonly Entity[],
): UserLookupAnswer {
  const canonical = canonicalQuery(query);
  return verifyAnswer(
    { type: 'entities', entities: canonical ? candidates : [] },
    canonical ?? query,
  );
}
