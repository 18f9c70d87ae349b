import type { Subject } from '../../profile';
import type { EmailOptions } from './EmailOptions';
import type { MatchPlan, Matcher } from './Matcher';
import { matchPlan } from './matchPlan';
import { createDomainList } from '../../shared';

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
