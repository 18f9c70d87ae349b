// Checked by `npm run typecheck`, never run: what the public types promise, and what they refuse.
import type { BackendFeature } from '@backstage/backend-plugin-api';
import { createOAuthProviderFactory } from '@backstage/plugin-auth-node';
import type {
  OAuthAuthenticatorResult,
  PassportProfile,
  ProfileTransform,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import { bitbucketServerAuthenticator as upstreamAuthenticator } from '@backstage/plugin-auth-backend-module-bitbucket-server-provider';
import authModule, {
  agreement,
  bitbucketServerAuthenticator,
  bitbucketServerProfileTransforms,
  bitbucketServerSignInResolvers,
  composeProfileTransforms,
  createBitbucketServerSignInResolvers,
  createSignInResolver,
  isSignInError,
  matchers,
  matchPlan,
} from '../../src';
import type {
  BitbucketServerPassportProfile,
  BitbucketServerUser,
  CatalogUserLookup,
  Matcher,
  MatchPlan,
  SignInErrorCode,
  parseBitbucketServerUser,
  toPassportProfile,
} from '../../src';

type Equals<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export const feature: BackendFeature = authModule;

export const shapes: [
  Equals<ReturnType<typeof parseBitbucketServerUser>, BitbucketServerUser>,
  Equals<ReturnType<typeof toPassportProfile>, BitbucketServerPassportProfile>,
  Equals<ReturnType<Matcher['match']>, MatchPlan>,
] = [true, true, true];

export const resolver: SignInResolver<OAuthAuthenticatorResult<PassportProfile>> =
  createSignInResolver({ match: [matchers.profileEmail()] });

const transform = composeProfileTransforms(
  bitbucketServerProfileTransforms.requireActiveUser(),
  profile => ({ ...profile, displayName: profile.displayName?.trim() }),
);
export const profileTransform: ProfileTransform<OAuthAuthenticatorResult<PassportProfile>> =
  transform;
/** The `authHandler` of the legacy provider: less is known of its result. */
export const authHandler: ProfileTransform<{
  fullProfile: PassportProfile;
  params: object;
  accessToken: string;
}> = transform;

export const factories = [
  createOAuthProviderFactory({
    authenticator: bitbucketServerAuthenticator,
    signInResolver: resolver,
    signInResolverFactories: bitbucketServerSignInResolvers,
    profileTransform: transform,
  }),
  createOAuthProviderFactory({
    authenticator: upstreamAuthenticator,
    signInResolverFactories: createBitbucketServerSignInResolvers(),
    profileTransform: transform,
  }),
];

export function codeOf(error: unknown): SignInErrorCode | undefined {
  return isSignInError(error) ? error.code : undefined;
}

// @ts-expect-error there is no attribute of this name
matchers.annotation({ from: 'displayName', annotation: 'a.b/c' });
// @ts-expect-error the attribute must be said, because username and slug differ
matchers.entityName({ namespaces: ['default'] });
// @ts-expect-error a slug can be matched, a display name not
matchers.entityName({ from: 'displayName' });
// @ts-expect-error a word that is not in the list
matchers.profileEmail({ emailTrust: 'sometimes' });
// @ts-expect-error an agreement is of matchers, not of steps
agreement([{ matcher: matchers.profileEmail() }, matchers.profileEmail()]);
// @ts-expect-error a step goes on or stops
createSignInResolver({ match: [{ matcher: matchers.profileEmail(), onMissing: 'skip' }] });
// @ts-expect-error only these fields can be matched
matchPlan.query({ by: 'field', field: 'spec.memberOf', value: 'x' });
// @ts-expect-error the kind is always User
matchPlan.query({ by: 'ref', kind: 'Group', namespace: 'default', name: 'x' });

export const ownMatcher: Matcher = {
  name: 'own',
  label: 'own',
  match: ({ username }) =>
    username
      ? matchPlan.query({ by: 'ref', namespace: 'default', name: username })
      : matchPlan.missing('username', 'there is none'),
};

export const readOnlyAnswer = async (lookup: CatalogUserLookup) => {
  const answer = await lookup.find({ by: 'ref', namespace: 'default', name: 'jane' });
  if (answer.type !== 'entities') return;
  // @ts-expect-error what is cached must not be changed
  answer.entities.push();
};

export const readOnlyUser = (user: BitbucketServerUser) => {
  // @ts-expect-error a validated user stays what was validated
  user.name = 'somebody else';
};
