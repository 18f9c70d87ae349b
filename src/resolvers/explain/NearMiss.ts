import type { UserQuery } from '../../lookup';

/**
 * An entity that a person was nearly matched with. For people who run Backstage only.
 *
 * @public
 */
export interface NearMiss {
  readonly entityRef: string;
  readonly kind: 'otherKind' | 'otherNamespace' | 'otherDomain' | 'otherAnnotation' | 'spelling';
  /** What keeps the entity from being the match, in words. */
  readonly reason: string;
}

/**
 * Looks for the nearest misses of what was asked for in vain. Rejects when it cannot.
 *
 * @public
 */
export type FindNearMisses = (queries: readonly UserQuery[]) => Promise<readonly NearMiss[]>;
