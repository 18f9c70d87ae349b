import type { AuditorServiceEventSeverityLevel } from '@backstage/backend-plugin-api';
import type { SignInErrorCode } from '../errors';
import type { TracedDecision } from '../resolvers';

/** What a takeover, or the attempt of one, looks like from here. */
const suspicious: ReadonlySet<SignInErrorCode> = new Set<SignInErrorCode>([
  'MULTIPLE_MATCHING_USERS',
  'ATTRIBUTES_DISAGREE',
  'ENTITY_OF_ANOTHER_ACCOUNT',
  'USER_REF_TAKEN',
]);

/**
 * How much a decision should interest somebody who watches over security. Signing in is `low`, being
 * refused `medium`; two people who could be one, an entity of another account,
 * and a person who is in no catalog are `high`.
 *
 * @internal
 */
export function severityOf(decision: TracedDecision): AuditorServiceEventSeverityLevel {
  switch (decision.outcome) {
    case 'matched':
      return 'low';
    case 'withoutUser':
      return 'high';
    case 'refused':
      return suspicious.has(decision.code) ? 'high' : 'medium';
  }
}
