import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Decision } from '../chain';
import { queriesOf } from '../explain';
import type { FindNearMisses } from '../explain';

/**
 * Writes the nearest misses of a refused person to the log. Never rejects.
 *
 * @internal
 */
export async function logNearMisses(options: {
  readonly decision: Decision;
  readonly reference: string;
  readonly findNearMisses: FindNearMisses;
  readonly logger: LoggerService;
}): Promise<void> {
  const { decision, reference, findNearMisses, logger } = options;
  if (decision.outcome !== 'refused' || decision.code !== 'NO_MATCHING_USER') return;
  const queries = queriesOf(decision);
  if (queries.length === 0) return;
  try {
    const misses = await findNearMisses(queries);
    const texts = misses.map(({ entityRef, reason }) => `${entityRef}: ${reason}`);
    if (texts.length > 0) {
      logger.warn(`Bitbucket Server sign-in ${reference}, near misses: ${texts.join('; ')}`);
    }
  } catch (error) {
    logger.debug(`Bitbucket Server sign-in ${reference}: no near misses known, ${String(error)}`);
  }
}
