import type { ProfileTransformStep } from './ProfileTransformStep';

/**
 * Display name, email and picture as Bitbucket gives them. The start of every composition; named in
 * a list again, it undoes what came before it.
 *
 * @public
 */
export function fromUser(): ProfileTransformStep {
  return (_profile, { result: { fullProfile } }) => ({
    displayName: fullProfile.displayName || fullProfile.username,
    email: fullProfile.emails?.[0]?.value || undefined,
    picture: fullProfile.photos?.[0]?.value || undefined,
  });
}
