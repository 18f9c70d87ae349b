import { z } from 'zod/v3';
import type { Subject } from '../../profile';
import { createDomainList } from '../../shared';
import { matchPlan } from './Matcher';
import type { MatchPlan, Matcher } from './Matcher';

/**
 * Who must vouch for an email address.
 *
 * - `always`: Bitbucket, whatever directory the account is in. People of an internal directory can
 *   edit their own address there, without proof that it is theirs.
 * - `readOnlyDirectory`: only when the account is in a directory that its owner cannot edit. Needs
 *   the `directory` credential in the config; if Bitbucket does not answer, the email is not
 *   trusted.
 * - `never`: the step is always denied.
 *
 * @public
 */
export type EmailTrust = 'always' | 'readOnlyDirectory' | 'never';

/**
 * Options of every matcher by email.
 *
 * @public
 */
export interface EmailOptions {
  /** Whole domains, in any case; `*.corp.com` for every subdomain of `corp.com`. Default: all. */
  readonly allowedDomains?: readonly string[];
  /** Default `always`. */
  readonly emailTrust?: EmailTrust;
}

export const emailShape = {
  allowedDomains: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'Domains whose addresses may sign in; "*.corp.com" for all subdomains. Default: all.',
    ),
  emailTrust: z
    .enum(['always', 'readOnlyDirectory', 'never'])
    .optional()
    .describe('Whether the email is trusted. Default: always.'),
} as const;

export interface EmailCheck {
  readonly needs: Matcher['needs'];
  /** The email if it may be used, else a plan with the reason. */
  check(subject: Subject): string | MatchPlan;
}

/**
 * What every matcher by email checks first: is there an email, is it trusted, is its domain
 * allowed.
 *
 * @throws `Error` for an entry of `allowedDomains` that is not a domain
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
  if (!directory) return 'the directory of the account was not read';
  if ('unknown' in directory) return `the directory is unknown: ${directory.unknown}`;
  return directory.readOnly
    ? undefined
    : 'the account is in a directory where people edit their own email';
}
