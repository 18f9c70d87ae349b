import type {
  AuthResolverContext,
  PassportProfile,
  ProfileInfo,
} from '@backstage/plugin-auth-node';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../config';
import { SignInError } from '../errors';
import { createDomainFilter, isEmailAddress, quote } from '../shared';
import type { BitbucketServerUser } from '../profile';

/**
 * One step of a profile transform: returns the profile that the next step gets, or throws to refuse
 * the sign-in. It must not change the profile that it is given.
 *
 * @public
 */
export type ProfileTransformStep = (
  profile: ProfileInfo,
  input: {
    /** The result of the authenticator. Only `fullProfile`, so that a step works with every provider. */
    readonly result: { readonly fullProfile: PassportProfile };
    /** The validated user; `undefined` with an authenticator that does not provide it, such as upstream's. */
    readonly user?: BitbucketServerUser;
    readonly context: AuthResolverContext;
  },
) => ProfileInfo | Promise<ProfileInfo>;

/**
 * Display name, email and picture as in Bitbucket. Every composition starts with it. A later `fromUser`
 * undoes all steps before it.
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

/**
 * Refuses deactivated, deleted and service accounts. Always on in this package's backend module.
 *
 * A payload without `active` and `type` counts as an active person: Bitbucket always sends them for
 * accounts that can authenticate. A profile without a Bitbucket user is refused.
 *
 * @throws {@link SignInError} `USER_INACTIVE`, `USER_IS_SERVICE_ACCOUNT`, `USER_PAYLOAD_INVALID`
 * @public
 */
export function requireActiveUser(): ProfileTransformStep {
  return (profile, { user }) => {
    if (!user) {
      throw new SignInError('USER_PAYLOAD_INVALID', {
        phase: 'transform',
        detail:
          'requireActiveUser needs the Bitbucket user record, which the authenticator in use does not provide; remove requireActiveUser, or use the authenticator of this package',
      });
    }
    if (user.active === false) {
      throw new SignInError('USER_INACTIVE', {
        phase: 'transform',
        detail: `user ${quote(user.name)} (id ${user.id}) is inactive`,
      });
    }
    // Anything but NORMAL: a type that a later version adds may not be a person.
    if (user.type !== undefined && user.type !== 'NORMAL') {
      throw new SignInError('USER_IS_SERVICE_ACCOUNT', {
        phase: 'transform',
        detail: `user ${quote(user.name)} (id ${user.id}) is of type ${quote(user.type)}`,
      });
    }
    return profile;
  };
}

export const restrictEmailDomainsSchema = strictObject({
  allowedDomains: z
    .array(z.string())
    .min(1)
    .describe('Whole domains; "*.corp.com" for all subdomains.'),
  onDenied: z
    .enum(['refuse', 'drop'])
    .optional()
    .describe('Refuses the sign-in, or removes the email and continues. Default: refuse.'),
});

/**
 * Allows emails of some domains only.
 *
 * @throws {@link SignInError} at start `CONFIG_INVALID` for a wrong option, and `Error` for an entry
 * that is not a domain; at sign-in `EMAIL_DOMAIN_NOT_ALLOWED`
 * @public
 */
export function restrictEmailDomains(options: {
  /** Whole domains; `*.corp.com` for every subdomain of `corp.com`. At least one. */
  readonly allowedDomains: readonly string[];
  /**
   * `refuse` the sign-in, or `drop` the email and continue, so that only matchers by email cannot match.
   * A profile without an email passes either way. Default `refuse`.
   */
  readonly onDenied?: 'refuse' | 'drop';
}): ProfileTransformStep {
  const { allowedDomains, onDenied = 'refuse' } = parseOptions(
    restrictEmailDomainsSchema,
    options,
    'restrictEmailDomains',
  );
  const isAllowed = createDomainFilter(allowedDomains);
  return profile => {
    if (profile.email === undefined) return profile;
    if (isEmailAddress(profile.email) && isAllowed(profile.email)) return profile;
    if (onDenied === 'drop') return { ...profile, email: undefined };
    throw new SignInError('EMAIL_DOMAIN_NOT_ALLOWED', {
      phase: 'transform',
      detail: `the domain of the email ${quote(profile.email)} is not one of ${allowedDomains.join(', ')}`,
    });
  };
}

/**
 * Removes the email: it is neither shown nor matched.
 *
 * @public
 */
export function withoutEmail(): ProfileTransformStep {
  return profile => ({ ...profile, email: undefined });
}

export const emailFromUsernameSchema = strictObject({
  domain: z.string().describe('The domain after the @, such as corp.com.'),
});

/**
 * Makes `<username>@<domain>` for servers whose payload has no email. A profile that has an email
 * keeps it. A username that makes no address, such as one with an `@`, gives none.
 *
 * The result counts as untrusted: `emailTrust: readOnlyDirectory` does not accept it.
 *
 * @throws {@link SignInError} at start `CONFIG_INVALID` for a wrong option, and `Error` for a domain
 * that is not one
 * @public
 */
export function emailFromUsername(options: {
  /** What follows the `@`. */
  readonly domain: string;
}): ProfileTransformStep {
  const { domain } = parseOptions(emailFromUsernameSchema, options, 'emailFromUsername');
  if (!isEmailAddress(`x@${domain}`)) {
    throw new Error(`"${domain}" is not a domain; write it like "corp.com"`);
  }
  return (profile, { result }) => {
    const email = `${result.fullProfile.username}@${domain}`;
    const usable = result.fullProfile.username && isEmailAddress(email);
    return profile.email === undefined && usable ? { ...profile, email } : profile;
  };
}
