import type { ProfileTransformStep } from './ProfileTransformStep';

/**
 * Takes the email away: it is neither shown nor matched.
 *
 * @public
 */
export function withoutEmail(): ProfileTransformStep {
  return profile => ({ ...profile, email: undefined });
}
