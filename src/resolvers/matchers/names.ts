import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import type { UserQuery } from '../../lookup';
import { createEmailCheck } from './emails';
import type { EmailOptions } from './emails';
import { matchPlan } from './Matcher';
import type { Matcher } from './Matcher';

/** @public */
export interface NamespaceOptions {
  /**
   * Namespaces to look in, in order of precedence: the first one that has the name decides. `'*'`
   * looks in all, where two entities of one name are ambiguous. Default `['default']`.
   */
  readonly namespaces?: readonly string[];
}

/** @internal */
export type NamespaceQueries = (name: string) => readonly UserQuery[];

/**
 * @throws `Error` for a namespace that is none
 * @internal
 */
export function namespaceQueries(options: NamespaceOptions): NamespaceQueries {
  const namespaces = options.namespaces ?? ['default'];
  if (namespaces.length === 0) throw new Error('"namespaces" must not be empty');
  for (const namespace of namespaces) {
    if (namespace !== '*' && !isNamespace(namespace)) {
      throw new Error(`"${namespace}" is no namespace`);
    }
  }
  return name =>
    namespaces.map(namespace =>
      namespace === '*'
        ? { by: 'field', field: 'metadata.name', value: name }
        : { by: 'ref', namespace, name },
    );
}

/** @internal */
export function isNamespace(value: string): boolean {
  return KubernetesValidatorFunctions.isValidNamespace(value.toLowerCase());
}

/** @internal */
export function isEntityName(value: string): boolean {
  return KubernetesValidatorFunctions.isValidObjectName(value);
}

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

/** @public */
export interface EmailLocalPartOptions extends EmailOptions, NamespaceOptions {}

/**
 * The part of the email before the `@` = `metadata.name`.
 *
 * Without `allowedDomains`, `jane@anything` is `jane`: give it.
 *
 * @throws `Error` for an entry of `allowedDomains` that is not a domain, or a namespace that is none
 * @public
 */
export function emailLocalPart(options: EmailLocalPartOptions = {}): Matcher {
  const { needs, check } = createEmailCheck(options);
  const queries = namespaceQueries(options);
  return {
    name: 'emailLocalPart',
    label: 'first part of the email address',
    needs,
    match(subject) {
      const email = check(subject);
      if (typeof email !== 'string') return email;
      const name = email.slice(0, email.indexOf('@'));
      if (!isEntityName(name)) {
        return matchPlan.missing('email', 'the part before the "@" is no valid entity name');
      }
      return matchPlan.query(queries(name), { fallbackName: name });
    },
  };
}
