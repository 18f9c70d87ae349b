import type { UserQuery } from '../../lookup';
import type { Decision } from '../chain';

/**
 * Everything that a decision asked the catalog for.
 *
 * @internal
 */
export function queriesOf(decision: Decision): readonly UserQuery[] {
  return decision.records.flatMap(({ attempts }) => attempts.map(({ attempt }) => attempt.query));
}
