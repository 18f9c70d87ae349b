import { askTogether } from './askTogether';
import type { AskMany } from './askTogether';
import { assignCandidates } from './assignCandidates';
import type { CatalogCaller } from './createCatalogCaller';
import { createFasterOf } from './createFasterOf';
import type { FieldQuery } from './createFieldFinder';
import { isFilterSafe } from './isFilterSafe';
import { identityFields } from './identityFields';
import type { UserLookupFields } from './UserLookupFields';
import type { SourceAnswer } from './UserSource';

/**
 * Answers a few queries of different fields, as the steps of one chain are: one by one at once, or
 * all in one request, whichever proves faster. A catalog that works on one request at a time, as on
 * SQLite, is faster with one; where the joined request fails, each is asked alone.
 *
 * @internal
 */
export function createChainFinder(
  catalog: CatalogCaller,
  byField: (field: FieldQuery['field']) => AskMany<FieldQuery>,
  kept: UserLookupFields,
  now: () => number,
): (queries: readonly FieldQuery[]) => Promise<readonly SourceAnswer[]> {
  async function apart(queries: readonly FieldQuery[]): Promise<readonly SourceAnswer[]> {
    const answers = queries.map(query => askTogether([query], byField(query.field)));
    return (await Promise.all(answers)).flat();
  }

  const joined = {
    suits: (queries: readonly FieldQuery[]) =>
      queries.every(({ field, value }) => isFilterSafe(field, value)),

    async search(queries: readonly FieldQuery[]): Promise<readonly SourceAnswer[]> {
      const { items } = await catalog.getEntities({
        filter: queries.map(({ field, value }) => ({ [field]: value, kind: 'User' })),
        // The same for every annotation, so the first one speaks for all.
        fields: kept === 'identity' ? identityFields : [],
      });
      return queries.map(({ field, value }) => ({
        type: 'entities',
        entities: assignCandidates(items, field, [value])[0]!,
      }));
    },
  };

  return createFasterOf(apart, joined, now);
}
