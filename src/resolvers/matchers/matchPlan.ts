import type { Entity } from '@backstage/catalog-model';
import type { UserQuery } from '../../lookup';
import type { MatchPlan, SubjectAttribute } from './Matcher';

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
    const attempts =
      'by' in query ? [{ query, reject }] : query.map(each => ({ query: each, reject }));
    return { type: 'query', attempts, fallbackName };
  },

  /** The person lacks the attribute, or has one that this matcher cannot use. */
  missing(attribute: SubjectAttribute, reason: string): MatchPlan {
    return { type: 'missing', attribute, reason };
  },

  /** The person has the attribute, and it may not be used. */
  denied(code: Extract<MatchPlan, { type: 'denied' }>['code'], reason: string): MatchPlan {
    return { type: 'denied', code, reason };
  },
} as const;
