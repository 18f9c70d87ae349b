import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../../config';
import type { UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import { foldAscii } from '../../shared';
import { matchPlan } from './Matcher';
import type { MatchAttempt, MatchPlan, Matcher } from './Matcher';

export function namespaceShape(byDefault: string) {
  return {
    namespaces: z
      .array(
        z.string().refine(
          value => value === '*' || isNamespace(value),
          value => ({ message: `"${value}" is not a namespace` }),
        ),
      )
      .min(1)
      .optional()
      .describe(`Namespaces in order of precedence; '*' for any. Default: ${byDefault}.`),
  };
}

/**
 * The plan that looks for an entity with a name, in one namespace after another.
 *
 * @param otherwise - the plan for a name that no entity can have
 */
export function planByName(
  name: string,
  namespaces: readonly string[] = ['default'],
  otherwise: MatchPlan,
  reject?: MatchAttempt['reject'],
): MatchPlan {
  if (!KubernetesValidatorFunctions.isValidObjectName(name)) return otherwise;
  const queries = namespaces.map((namespace): UserQuery =>
    namespace === '*'
      ? { by: 'field', field: 'metadata.name', value: name }
      : { by: 'ref', namespace, name },
  );
  return matchPlan.query(queries, { fallbackName: name, reject });
}

/**
 * One attempt per namespace, in order of precedence. All have the same query, so the catalog is asked
 * once.
 */
export function inNamespaces(query: UserQuery, namespaces: readonly string[] = ['*']) {
  return namespaces.map((namespace): MatchAttempt => {
    if (namespace === '*') return { query };
    const wanted = foldAscii(namespace);
    return {
      query,
      reject: ({ metadata }) =>
        foldAscii(metadata.namespace ?? 'default') === wanted
          ? undefined
          : `its namespace is not "${namespace}"`,
    };
  });
}

export function isNamespace(value: string): boolean {
  return KubernetesValidatorFunctions.isValidNamespace(value.toLowerCase());
}

export const normalizations = ['underscore', 'dash'] as const;

const invalidInNames = /[^a-zA-Z0-9_.-]/g;

/** @see normalizeEntityName of `@backstage/plugin-catalog-backend-module-msgraph` */
export function toEntityName(value: string, normalize: 'none' | 'underscore' | 'dash'): string {
  switch (normalize) {
    case 'none':
      return value;
    case 'dash':
      return value.replace(invalidInNames, '-');
    case 'underscore':
      return value.trim().replace(invalidInNames, '_').replace(/_+/g, '_').replace(/_$/, '');
  }
}

export const stripPrefixShape = {
  stripPrefix: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Prefix such as CORP\\ that is removed; a username without it does not match. Default: none.',
    ),
} as const;

/** The username or slug of a person, without its prefix, or the plan that says why there is none. */
export function readName(
  subject: Subject,
  from: 'username' | 'slug',
  stripPrefix: string | undefined,
): string | MatchPlan {
  const value = subject[from];
  if (!value) return matchPlan.missing(from, `the account has no ${from}`);
  if (stripPrefix === undefined) return value;
  const rest = value.slice(stripPrefix.length);
  const hasPrefix = foldAscii(value.slice(0, stripPrefix.length)) === foldAscii(stripPrefix);
  return hasPrefix && rest !== ''
    ? rest
    : matchPlan.missing(from, `the ${from} does not start with "${stripPrefix}"`);
}

export const entityNameShape = {
  ...namespaceShape('[default]'),
  normalize: z
    .enum(['none', ...normalizations])
    .optional()
    .describe('How a username that is not a valid entity name becomes one. Default: none.'),
  ...stripPrefixShape,
} as const;

/**
 * Username or slug = `metadata.name`.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` for a wrong option
 * @public
 */
export function entityName(options: {
  /** Which attribute. They differ: `jane@corp.com` has the slug `jane_corp.com`. */
  readonly from: 'username' | 'slug';
  /** Namespaces in order of precedence; `'*'` looks in all. Default `['default']`. */
  readonly namespaces?: readonly string[];
  /**
   * How a value that is not a valid entity name becomes one. Default `none`.
   *
   * - `none`: not at all. Such a value does not match.
   * - `underscore`: as Backstage's Microsoft Graph provider does it. Every character that an entity
   *   name cannot have becomes `_`, several `_` in a row become one, and a `_` at the end is dropped.
   * - `dash`: as `sanitizeUserNameTransformer` of the Keycloak provider does it. Every character that
   *   an entity name cannot have becomes `-`, and nothing else changes.
   *
   * Two values can become the same name (`j@corp` and `j_corp`). For usernames, use it only where
   * people cannot choose their own.
   */
  readonly normalize?: 'none' | 'underscore' | 'dash';
  /**
   * Prefix of the username, such as `CORP\`, in any case of ASCII letters. A username without it is
   * not matched by this step, so that `jane` of another directory is not taken for `CORP\jane`.
   * Default: none.
   */
  readonly stripPrefix?: string;
}): Matcher {
  const shape = { from: z.enum(['username', 'slug']), ...entityNameShape };
  parseOptions(strictObject(shape), options, 'entityName');
  const { from, normalize = 'none', namespaces, stripPrefix } = options;
  return {
    name: `${from}EntityName`,
    label: from,
    match(subject) {
      const value = readName(subject, from, stripPrefix);
      if (typeof value !== 'string') return value;
      const invalid = matchPlan.missing(from, `the ${from} is not a valid entity name`);
      return planByName(toEntityName(value, normalize), namespaces, invalid);
    },
  };
}
