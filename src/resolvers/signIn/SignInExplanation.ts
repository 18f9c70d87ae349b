import type { Subject } from '../../profile';
import { formatTrace } from '../explain';
import type { NearMiss, SignInTrace } from '../explain';

/**
 * What a sign-in of a person would do, and why. For people who run Backstage only.
 *
 * @public
 */
export interface SignInExplanation {
  readonly user: {
    readonly id: number;
    readonly username: string;
    readonly slug: string;
    /** The email that matchers see, after the profile transforms. */
    readonly email?: string;
  };
  /** What matchers saw. Absent when a profile transform refused the person. */
  readonly subject?: Subject;
  readonly trace: SignInTrace;
  /** Entities that nearly matched; only when nobody did. */
  readonly nearMisses: readonly NearMiss[];
}

/**
 * An explanation as text of several lines.
 *
 * @public
 */
export function formatExplanation({ user, trace, nearMisses }: SignInExplanation): string {
  const email = user.email === undefined ? 'no email' : user.email;
  return [
    `${user.username} (id ${user.id}, slug ${user.slug}, ${email})`,
    formatTrace(trace),
    ...nearMisses.map(({ entityRef, reason }) => `   near miss: ${entityRef}: ${reason}`),
  ].join('\n');
}
