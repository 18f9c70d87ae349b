import type { Matcher } from './Matcher';
import { matchPlan } from './matchPlan';
import { isEntityName, namespaceQueries } from './namespaceQueries';
import type { NamespaceOptions } from './namespaceQueries';

/**
 * How a username that is no valid entity name is made one.
 *
 * - `none`: not at all, the step does not apply.
 * - `underscore`: as Backstage's own organization providers name entities: every character that an
 *   entity name cannot have becomes `_`, runs of `_` become one, `_` at the end goes. Two usernames
 *   can become the same name (`j@corp` and `j_corp`): only for servers where nobody can choose theirs.
 *
 * @public
 */
export type NameNormalization = 'none' | 'underscore';

/** @public */
export interface EntityNameOptions extends NamespaceOptions {
  /** Which attribute. They differ: `jane@corp.com` has the slug `jane_corp.com`. */
  readonly from: 'username' | 'slug';
  /** Default `none`. */
  readonly normalize?: NameNormalization;
}

/**
 * Username or slug = `metadata.name`.
 *
 * @throws `Error` for a namespace that is none
 * @public
 */
export function entityName(options: EntityNameOptions): Matcher {
  const { from, normalize = 'none' } = options;
  const queries = namespaceQueries(options);
  return {
    name: `${from}EntityName`,
    label: from,
    match(subject) {
      const value = subject[from];
      if (!value) return matchPlan.missing(from, `the account has no ${from}`);
      const name = normalize === 'underscore' ? toUnderscores(value) : value;
      if (!isEntityName(name))
        return matchPlan.missing(from, `the ${from} is no valid entity name`);
      return matchPlan.query(queries(name), { fallbackName: name });
    },
  };
}

/** @see normalizeEntityName of `@backstage/plugin-catalog-backend-module-msgraph` */
function toUnderscores(value: string): string {
  return value
    .trim()
    .replace(/[^a-zA-Z0-9_.-]/g, '_')
    .replace(/_+/g, '_')
    .replace(/_$/, '');
}
