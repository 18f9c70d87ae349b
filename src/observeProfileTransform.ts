import type { OAuthAuthenticatorResult, ProfileTransform } from '@backstage/plugin-auth-node';
import { createReference, isSignInError } from './errors';
import { toSubject } from './profile';
import type { BitbucketServerPassportProfile } from './profile';
import type { SignInDecisionEvent } from './resolvers';

type Transform = ProfileTransform<OAuthAuthenticatorResult<BitbucketServerPassportProfile>>;

/**
 * Tells an observer of the people whom a profile transform refuses: they never get to the resolver,
 * and that a deactivated account tried to sign in is what an audit log is for.
 *
 * @internal
 */
export function observeProfileTransform(
  transform: Transform,
  onDecision: (event: SignInDecisionEvent) => void,
): Transform {
  return async (result, context) => {
    const startedAt = performance.now();
    try {
      return await transform(result, context);
    } catch (error) {
      const known = isSignInError(error);
      const code = known ? error.code : 'PROFILE_TRANSFORM_FAILED';
      const decision = { outcome: 'refused', code } as const;
      onDecision({
        decision,
        subject: toSubject({ profile: {}, result }),
        reference: known ? error.reference : createReference(),
        durationMs: performance.now() - startedAt,
        trace: () => ({ decision, steps: [] }),
      });
      throw error;
    }
  };
}
