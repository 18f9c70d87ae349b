import type { AskMany } from './askTogether';
import { assignCandidates } from './assignCandidates';
import type { CatalogCaller } from './createCatalogCaller';
import { createExactSearch } from './createExactSearch';
import { createFasterOf } from './createFasterOf';
import { createTextSearch } from './createTextSearch';
import { identityFields } from './identityFields';
import type { Search } from './Search';
import type { UserLookupFields } from './UserLookupFields';
import type { UserQuery, UserQueryField } from './UserQuery';

/** Fields are configured, so there are few; this is for matchers that make them up. */
const maxFields = 100;

/** @internal */
export type FieldQuery = Extract<UserQuery, { by: 'field' }>;

/**
 * Finds users by the value of a field: one value in the way that proves faster, several in one
 * request. All queries of one call must be of the given field.
 *
 * @internal
 */
export function createFieldFinder(
  catalog: CatalogCaller,
  kept: UserLookupFields,
  now: () => number,
): (field: UserQueryField) => AskMany<FieldQuery> {
  const byText = createTextSearch(catalog);
  const exact = createExactSearch(catalog, byText);
  const singles = new Map<UserQueryField, Search>();

  /** Which way is faster depends on the field too: a short number is contained in many others. */
  function singleOf(field: UserQueryField): Search {
    const known = singles.get(field);
    if (known) return known;
    const single = createFasterOf(exact, byText, now);
    if (singles.size < maxFields) singles.set(field, single);
    return single;
  }

  return field => {
    const single = singleOf(field);
    const fields = kept === 'identity' ? identityFields : [];
    return async queries => {
      const values = queries.map(query => query.value);
      if (values.length === 1) return [await single({ field, values, fields })];
      return assignCandidates(await exact({ field, values, fields }), field, values);
    };
  };
}
