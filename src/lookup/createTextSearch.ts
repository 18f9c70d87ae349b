import type { CatalogCaller } from './createCatalogCaller';
import type { Shortcut } from './Search';

/** More candidates than this, and the exact question is the cheaper one. */
const limit = 20;

/** Wildcard and escape character of `LIKE`. (`_` stands for any one character: more candidates, never fewer.) */
const special = /[%\\]/;

/**
 * Asks by the catalog's full-text filter over one field: everybody whose value *contains* the text,
 * so everybody whose value equals it among them.
 *
 * Why: on SQLite the catalog answers an exact filter by probing every entity (50 ms among 20,000
 * users), and this one by a scan of one column (5 ms). On PostgreSQL the exact one is faster.
 * The value travels as a parameter of its own, not in the comma-separated list.
 *
 * @internal
 */
export function createTextSearch(catalog: CatalogCaller): Shortcut {
  return {
    suits({ field, values: [term, ...others] }) {
      // The catalog trims the term and splits the list of fields at commas.
      if (term === undefined || others.length > 0 || field.includes(',')) return false;
      return !special.test(term) && term.trim() === term;
    },
    async search({ field, values, fields }) {
      const { items, pageInfo } = await catalog.queryEntities({
        // Keys are in lower case in the catalog's index, and older versions compare them as they come.
        fullTextFilter: { term: values[0]!, fields: [field.toLowerCase()] },
        fields,
        limit,
        totalItems: 'exclude',
      });
      return pageInfo.nextCursor === undefined ? items : undefined;
    },
  };
}
