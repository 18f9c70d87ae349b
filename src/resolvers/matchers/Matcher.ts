import type { Entity } from '@backstage/catalog-model';
import type { UserQuery } from '../../lookup';
import type { Subject } from '../../profile';

/**
 * One way to find the `User` entity of a person: a pure function from the {@link Subject} to the
 * queries for the catalog. It must not do I/O and must not throw. It may be called although an
 * earlier step signs the person in.
 *
 * A matcher need not check the result: only entities of kind `User` count, and every candidate of the
 * catalog is checked against the query again.
 *
 * @example
 * ```ts
 * const staffNumber: Matcher = {
 *   name: 'staffNumber',
 *   label: 'staff number',
 *   match: ({ username }) =>
 *     username && /^[a-z]\d{6}$/i.test(username)
 *       ? matchPlan.query({ by: 'field', field: 'metadata.annotations.corp.example/staff', value: username })
 *       : matchPlan.missing('username', 'the username is not a staff number'),
 * };
 * ```
 *
 * @public
 */
export interface Matcher {
  /** Name in logs, traces, audit events and metrics. */
  readonly name: string;
  /** What was tried, for the public text: "email address". */
  readonly label: string;
  /** Facts that cost I/O and are fetched before `match` is called, only when a matcher asks for them. */
  readonly needs?: readonly 'directory'[];
  match(subject: Subject): MatchPlan;
}

/**
 * What a matcher answers.
 *
 * - `query`: attempts in order of precedence; the first one with a verified entity decides.
 * - `missing`: the subject lacks the attribute.
 * - `denied`: the attribute is present but not allowed.
 * - `agreement`: all parts must name the same entity (made by `agreement()` only).
 *
 * @public
 */
export type MatchPlan =
  | {
      readonly type: 'query';
      readonly attempts: readonly {
        readonly query: UserQuery;
        /** A further check of a candidate, beyond kind and query: the reason to refuse it, or `undefined`. */
        readonly reject?: (entity: Entity) => string | undefined;
      }[];
      /** Entity name for `dangerouslyAllowSignInWithoutUserInCatalog`; not used when it is not safe as one. */
      readonly fallbackName?: string;
    }
  | {
      readonly type: 'missing';
      readonly attribute: 'id' | 'username' | 'slug' | 'email';
      readonly reason: string;
    }
  | {
      readonly type: 'denied';
      readonly code: 'EMAIL_DOMAIN_NOT_ALLOWED' | 'EMAIL_NOT_TRUSTED';
      readonly reason: string;
    }
  | {
      readonly type: 'agreement';
      readonly parts: readonly {
        readonly matcher: Matcher;
        readonly plan: Exclude<MatchPlan, { type: 'agreement' }>;
      }[];
    };

export type SubjectAttribute = Extract<MatchPlan, { type: 'missing' }>['attribute'];
export type MatchAttempt = Extract<MatchPlan, { type: 'query' }>['attempts'][number];

/**
 * The answers that a matcher can give.
 *
 * @public
 */
export const matchPlan = {
  /**
   * Ask the catalog. `reject` may refuse a candidate for a reason beyond the query; `fallbackName`
   * is the entity name for `dangerouslyAllowSignInWithoutUserInCatalog`.
   */
  query(
    query: UserQuery | readonly UserQuery[],
    options: {
      readonly reject?: (entity: Entity) => string | undefined;
      readonly fallbackName?: string;
    } = {},
  ): MatchPlan {
    const { reject, fallbackName } = options;
    const queries = 'by' in query ? [query] : query;
    return {
      type: 'query',
      attempts: queries.map(each => ({ query: each, reject })),
      fallbackName,
    };
  },

  /** The person lacks the attribute, or has one that this matcher cannot use. */
  missing(attribute: 'id' | 'username' | 'slug' | 'email', reason: string): MatchPlan {
    return { type: 'missing', attribute, reason };
  },

  /** The attribute is present but not allowed. */
  denied(code: 'EMAIL_DOMAIN_NOT_ALLOWED' | 'EMAIL_NOT_TRUSTED', reason: string): MatchPlan {
    return { type: 'denied', code, reason };
  },
} as const;

/**
 * A matcher whose parts must all name the same entity. Two that name different ones are a
 * disagreement, which stops the chain. If a part matches nobody, lacks its attribute or is denied,
 * so is the agreement.
 *
 * @throws `Error` for fewer than two parts, or an agreement within an agreement
 * @example
 * ```ts
 * agreement([
 *   matchers.annotation({ from: 'id', annotation: 'bitbucket.corp.com/user-id' }),
 *   matchers.profileEmail(),
 * ]);
 * ```
 * @public
 */
export function agreement(parts: readonly Matcher[]): Matcher {
  if (!Array.isArray(parts) || parts.length < 2) {
    throw new Error('an agreement must have at least two matchers');
  }
  if (parts.some(part => agreements.has(part))) {
    throw new Error('an agreement must not contain another agreement; list all matchers in one');
  }
  const matcher: Matcher = {
    name: `agreement(${parts.map(part => part.name).join(', ')})`,
    label: parts.map(part => part.label).join(' and '),
    needs: parts.flatMap(part => part.needs ?? []),
    match(subject) {
      return {
        type: 'agreement',
        parts: parts.map(part => ({
          matcher: part,
          plan: part.match(subject) as Exclude<MatchPlan, { type: 'agreement' }>,
        })),
      };
    },
  };
  agreements.add(matcher);
  return matcher;
}

const agreements = new WeakSet<Matcher>();
