import { createSignInError } from '../errors';
import type { ProfileTransformStep } from './ProfileTransformStep';
import { createDomainList, isEmailAddress, quote } from '../shared';

/** @public */
export interface RestrictEmailDomainsOptions {
  /** Whole domains; `*.corp.com` for every subdomain of `corp.com`. */
  readonly allowedDomains: readonly string[];
  /**
   * `refuse` the sign-in, or `drop` the email and go on, so that only matchers by email are out.
   * A profile without an email passes either way. Default `refuse`.
   */
  readonly onDenied?: 'refuse' | 'drop';
}

/**
 * Allows emails of some domains only.
 *
 * @throws {@link SignInError} `EMAIL_DOMAIN_NOT_ALLOWED`; `Error` at start for an entry that is not a domain
 * @public
 */
export function restrictEmailDomains(options: RestrictEmailDomainsOptions): ProfileTransformStep {
  const list = createDomainList(options.allowedDomains);
  const onDenied = options.onDenied ?? 'refuse';
  return profile => {
    if (profile.email === undefined) return profile;
    if (isEmailAddress(profile.email) && list.allows(profile.email)) return profile;
    if (onDenied === 'drop') return { ...profile, email: undefined };
    throw createSignInError('EMAIL_DOMAIN_NOT_ALLOWED', {
      phase: 'transform',
      detail: `email ${quote(profile.email)} is not from ${list.domains.join(', ')}`,
    });
  };
}
