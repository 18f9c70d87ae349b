import type { UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import { createDomainList } from '../../shared';
import type { MatchPlan, Matcher } from './Matcher';
import { matchPlan } from './Matcher';

/**
 * Whose word an email address is.
 *
 * - `always`: Bitbucket's, whatever directory the account is in. People of an internal directory can
 *   edit their own address there, without proof that it is theirs.
 * - `readOnlyDirectory`: only when the account is in a directory that its owner cannot edit. Needs
 *   the `directory` credential in the config; when it cannot be asked, the email is not trusted.
 * - `never`: no step by email signs anybody in.
 *
 * @public
 */
export type EmailTrust = 'always' | 'readOnlyDirectory' | 'never';

/** @public */
export interface EmailOptions {
  /** Whole domains, in any case; `*.corp.com` for every subdomain of `corp.com`. Default: all. */
  readonly allowedDomains?: readonly string[];
  /** Default `always`. */
  readonly emailTrust?: EmailTrust;
}

/** @internal */
export interface EmailCheck {
  readonly needs: Matcher['needs'];
  /** The email when it may be used, else the plan that says why not. */
  check(subject: Subject): string | MatchPlan;
}

/**
 * What every matcher by email does first: is there one, may it be relied on, is its domain allowed.
 *
 * @throws `Error` for an entry of `allowedDomains` that is not a domain
 * @internal
 */
export function createEmailCheck(options: EmailOptions): EmailCheck {
  const list = options.allowedDomains && createDomainList(options.allowedDomains);
  const trust = options.emailTrust ?? 'always';
  return {
    needs: trust === 'readOnlyDirectory' ? ['directory'] : undefined,
    check(subject) {
      const { email } = subject;
      if (email === undefined)
        return matchPlan.missing('email', 'the profile has no email address');
      const doubt = trust === 'always' ? undefined : distrust(subject, trust);
      if (doubt) return matchPlan.denied('EMAIL_NOT_TRUSTED', doubt);
      if (list && !list.allows(email)) {
        return matchPlan.denied(
          'EMAIL_DOMAIN_NOT_ALLOWED',
          `its domain is not one of ${list.domains.join(', ')}`,
        );
      }
      return email;
    },
  };
}

function distrust(
  { emailOrigin, directory }: Subject,
  trust: 'readOnlyDirectory' | 'never',
): string | undefined {
  if (trust === 'never') return 'emailTrust is "never"';
  if (emailOrigin !== 'payload') return 'a profile transform made it, not a directory';
  if (!directory) return 'nobody could be asked which directory the account is in';
  if ('unknown' in directory) return `the directory is not known: ${directory.unknown}`;
  return directory.readOnly
    ? undefined
    : 'the account is in a directory where people edit their own email';
}

/** @public */
export interface ProfileEmailOptions extends EmailOptions {
  /**
   * Whether `jane+x@corp.com` may sign in as the entity with `jane@corp.com` when no entity has the
   * address with the tag. Only safe where the mail system gives a tagged address to the owner of the
   * untagged one. Default `false`.
   */
  readonly stripPlusTag?: boolean;
}

const plusTag = /^([^+]+)\+[^@]*(@.*)$/;

/**
 * Email = `spec.profile.email`, without regard to the case of ASCII letters.
 *
 * @throws `Error` for an entry of `allowedDomains` that is not a domain
 * @public
 */
export function profileEmail(options: ProfileEmailOptions = {}): Matcher {
  const { needs, check } = createEmailCheck(options);
  const stripPlusTag = options.stripPlusTag ?? false;
  return {
    name: 'profileEmail',
    label: 'email address',
    needs,
    match(subject) {
      const email = check(subject);
      if (typeof email !== 'string') return email;
      const options = { fallbackName: email };
      const parts = stripPlusTag ? plusTag.exec(email) : null;
      if (!parts) return matchPlan.query(byEmail(email), options);
      // After the tagged address, so that an entity of its own always wins.
      return matchPlan.query([byEmail(email), byEmail(`${parts[1]}${parts[2]}`)], options);
    },
  };
}

function byEmail(value: string): UserQuery {
  return { by: 'field', field: 'spec.profile.email', value };
}
