import type { Entity } from '@backstage/catalog-model';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../../config';
import { mismatchReason, readField } from '../../lookup';
import type { UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import { createDomainFilter } from '../../shared';
import { matchPlan } from './Matcher';
import type { MatchPlan, Matcher } from './Matcher';
import { inNamespaces, namespaceShape, normalizations, planByName, toEntityName } from './names';

/**
 * Options of every matcher by email.
 *
 * @public
 */
export interface EmailOptions {
  /** Whole domains, in any case; `*.corp.com` for every subdomain of `corp.com`. Default: all. */
  readonly allowedDomains?: readonly string[];
  /**
   * Who must vouch for the email address. Default `always`.
   *
   * - `always`: Bitbucket, whatever directory the account is in. People of an internal directory can
   *   edit their own address there, without proof that it is theirs.
   * - `readOnlyDirectory`: only when the account is in a directory that its owner cannot edit. Needs
   *   the `directory` credential in the config; if Bitbucket does not answer, the email is not
   *   trusted.
   * - `never`: the step is always denied.
   */
  readonly emailTrust?: 'always' | 'readOnlyDirectory' | 'never';
  /**
   * Namespaces to look in, in order of precedence. The first one with a match decides, so a person
   * whom two entity providers have added is found once. `'*'` looks in all namespaces at once, where
   * two entities are ambiguous. Default: `['default']` for matchers of names, `['*']` for all others.
   */
  readonly namespaces?: readonly string[];
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

/**
 * A matcher that first checks whether there is an email, it is trusted, and its domain is allowed.
 *
 * @param toPlan - what to do with an email that passes
 * @throws `Error` for an entry of `allowedDomains` that is not a domain
 */
export function emailMatcher(
  name: string,
  label: string,
  { allowedDomains, emailTrust = 'always' }: EmailOptions,
  toPlan: (email: string) => MatchPlan,
): Matcher {
  const isAllowed = allowedDomains && createDomainFilter(allowedDomains);
  return {
    name,
    label,
    needs: emailTrust === 'readOnlyDirectory' ? ['directory'] : undefined,
    match(subject) {
      const { email } = subject;
      if (email === undefined)
        return matchPlan.missing('email', 'the profile has no email address');
      const doubt = emailTrust === 'always' ? undefined : distrust(subject, emailTrust);
      if (doubt) return matchPlan.denied('EMAIL_NOT_TRUSTED', doubt);
      if (isAllowed && !isAllowed(email)) {
        const reason = `its domain is not one of ${allowedDomains.join(', ')}`;
        return matchPlan.denied('EMAIL_DOMAIN_NOT_ALLOWED', reason);
      }
      return toPlan(email);
    },
  };
}

function distrust(
  { emailOrigin, directory }: Subject,
  trust: 'readOnlyDirectory' | 'never',
): string | undefined {
  if (trust === 'never') return 'emailTrust is "never"';
  if (emailOrigin !== 'payload')
    return 'a profile transform made the email, so no directory vouches for it';
  if (!directory) return 'the directory of the account was not read';
  if ('unknown' in directory) return `the directory is unknown: ${directory.unknown}`;
  return directory.readOnly
    ? undefined
    : 'people can edit their own email in the directory of this account';
}

export const profileEmailShape = {
  ...emailShape,
  stripPlusTag: z
    .boolean()
    .optional()
    .describe('Whether jane+x@ may match jane@ if nobody has the tagged address. Default: false.'),
  ...namespaceShape("['*']"),
} as const;

const plusTag = /^([^+]+)\+[^@]*(@.*)$/;

/**
 * Email = `spec.profile.email`, without regard to the case of ASCII letters. Default of
 * `namespaces`: `['*']`.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` for a wrong option; `Error` for an entry of
 * `allowedDomains` that is not a domain
 * @public
 */
export function profileEmail(
  options: EmailOptions & {
    /**
     * Whether `jane+x@corp.com` may sign in as the entity with `jane@corp.com` when no entity has the
     * address with the tag. Only safe where the mail system gives a tagged address to the owner of
     * the untagged one. Default `false`.
     */
    readonly stripPlusTag?: boolean;
  } = {},
): Matcher {
  parseOptions(strictObject(profileEmailShape), options, 'profileEmail');
  const { stripPlusTag = false, namespaces } = options;
  return emailMatcher('profileEmail', 'email address', options, email => {
    const parts = stripPlusTag ? plusTag.exec(email) : null;
    // After the tagged address, so that an entity with that address takes precedence.
    const emails = parts ? [email, `${parts[1]}${parts[2]}`] : [email];
    const attempts = emails.map(byEmail).flatMap(query => inNamespaces(query, namespaces));
    return { type: 'query', attempts, fallbackName: email };
  });
}

function byEmail(value: string): UserQuery {
  return { by: 'field', field: 'spec.profile.email', value };
}

export const emailLocalPartShape = { ...emailShape, ...namespaceShape('[default]') } as const;

/**
 * The part of the email before the `@` = `metadata.name`.
 *
 * Always give `allowedDomains`. Without it, `jane@anything` is `jane`.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` for a wrong option; `Error` for an entry of
 * `allowedDomains` that is not a domain
 * @public
 */
export function emailLocalPart(options: EmailOptions = {}): Matcher {
  parseOptions(strictObject(emailLocalPartShape), options, 'emailLocalPart');
  const { namespaces } = options;
  return emailMatcher('emailLocalPart', 'first part of the email address', options, email => {
    const name = email.slice(0, email.indexOf('@'));
    const invalid = 'the part before the "@" is not a valid entity name';
    return planByName(name, namespaces, matchPlan.missing('email', invalid));
  });
}

export const emailEntityNameShape = {
  ...emailShape,
  ...namespaceShape('[default]'),
  normalize: z
    .enum(normalizations)
    .optional()
    .describe('What replaces the characters that an entity name cannot have. Default: underscore.'),
} as const;

/**
 * The whole email as an entity name = `metadata.name`: `jane@corp.com` is `jane_corp.com`, as
 * Backstage's Microsoft Graph provider names people.
 *
 * Two emails can become the same name. An entity that has another email in `spec.profile.email` is
 * therefore refused; one without an email there is not.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` for a wrong option; `Error` for an entry of
 * `allowedDomains` that is not a domain
 * @public
 */
export function emailEntityName(
  options: EmailOptions & {
    /**
     * How the email becomes a name, as for `entityName`; it is never one itself, because of its `@`.
     * Default `underscore`.
     */
    readonly normalize?: 'underscore' | 'dash';
  } = {},
): Matcher {
  parseOptions(strictObject(emailEntityNameShape), options, 'emailEntityName');
  const { normalize = 'underscore', namespaces } = options;
  return emailMatcher('emailEntityName', 'email address as a name', options, email => {
    const invalid = matchPlan.missing('email', 'the email address cannot be made an entity name');
    return planByName(toEntityName(email, normalize), namespaces, invalid, entity =>
      otherEmailReason(entity, email),
    );
  });
}

/** `j_a@b.com` and `j@a_b.com` become one name. The email of the entity shows whose name it is. */
function otherEmailReason(entity: Entity, email: string): string | undefined {
  const known = readField(entity, 'spec.profile.email');
  return known === undefined || known === '' ? undefined : mismatchReason(entity, byEmail(email));
}
