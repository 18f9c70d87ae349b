import { createSignInError } from '../errors';
import type { ProfileTransformStep } from './ProfileTransformStep';
import { quote } from '../shared';

/**
 * Refuses deactivated, deleted and service accounts. Always on in this package's backend module.
 *
 * A payload that does not say counts as an active person: Bitbucket always says it of accounts that
 * can authenticate. A profile that carries no user at all is refused.
 *
 * @throws {@link SignInError} `USER_INACTIVE`, `USER_IS_SERVICE_ACCOUNT`, `USER_PAYLOAD_INVALID`
 * @public
 */
export function requireActiveUser(): ProfileTransformStep {
  return (profile, { user }) => {
    if (!user) {
      throw createSignInError('USER_PAYLOAD_INVALID', {
        phase: 'transform',
        detail:
          'requireActiveUser needs the Bitbucket user in the profile; the authenticator in use does not carry it',
      });
    }
    if (user.active === false) {
      throw createSignInError('USER_INACTIVE', {
        phase: 'transform',
        detail: `user ${quote(user.name)} (id ${user.id}) is inactive`,
      });
    }
    // Anything but NORMAL: a type that a later version invents is not known to be a person.
    if (user.type !== undefined && user.type !== 'NORMAL') {
      throw createSignInError('USER_IS_SERVICE_ACCOUNT', {
        phase: 'transform',
        detail: `user ${quote(user.name)} (id ${user.id}) is of type ${quote(user.type)}`,
      });
    }
    return profile;
  };
}
