import type { Entity } from '@backstage/catalog-model';
import { z } from 'zod/v3';
import { mismatchReason, readField } from '../../lookup';
import type { UserQuery } from '../../lookup';
import { createEmailCheck, emailShape } from './emailCheck';
import type { EmailOptions } from './emailCheck';
import { checkOptions, matchPlan } from './Matcher';
import type { Matcher } from './Matcher';
import {
  createNameQueries,
  inNamespaces,
  isEntityName,
  namespaceShape,
  normalizations,
  toEntityName,
} from './names';
import type { NamespaceOptions } from './names';

/**
 * Options of `matchers.profileEmail`.
 *
 * @public
 */
export interface ProfileEmailOptions extends EmailOptions, NamespaceOptions {
  /**
   * Whether `jane+x@corp.com` may sign in as the entity with `jane@corp.com` when no entity has the
   * address with the tag. Only safe where the mail system gives a tagged address to the owner of the
   * untagged one. Default `false`.
   */
  readonly stripPlusTag?: boolean;
}

/** @internal */
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
 * @throws `Error` for an option that is not known or not valid, such as a domain or namespace
 * @public
 */
export function profileEmail(options: ProfileEmailOptions = {}): Matcher {
  checkOptions('profileEmail', profileEmailShape, options);
  const { needs, check } = createEmailCheck(options);
  const { stripPlusTag = false, namespaces } = options;
  return {
    name: 'profileEmail',
    label: 'email address',
    needs,
    match(subject) {
      const email = check(subject);
      if (typeof email !== 'string') return email;
      const parts = stripPlusTag ? plusTag.exec(email) : null;
      // After the tagged address, so that an entity with that address takes precedence.
      const emails = parts ? [email, `${parts[1]}${parts[2]}`] : [email];
      const attempts = emails.map(byEmail).flatMap(query => inNamespaces(query, namespaces));
      return { type: 'query', attempts, fallbackName: email };
    },
  };
}

function byEmail(value: string): UserQuery {
  return { by: 'field', field: 'spec.profile.email', value };
}

/**
 * Options of `matchers.emailLocalPart`.
 *
 * @public
 */
export interface EmailLocalPartOptions extends EmailOptions, NamespaceOptions {}

/** @internal */
export const emailLocalPartShape = { ...emailShape, ...namespaceShape('[default]') } as const;

/**
 * The part of the email before the `@` = `metadata.name`.
 *
 * Always give `allowedDomains`. Without it, `jane@anything` is `jane`.
 *
 * @throws `Error` for an option that is not known or not valid, such as a domain or namespace
 * @public
 */
export function emailLocalPart(options: EmailLocalPartOptions = {}): Matcher {
  checkOptions('emailLocalPart', emailLocalPartShape, options);
  const { needs, check } = createEmailCheck(options);
  const queries = createNameQueries(options);
  return {
    name: 'emailLocalPart',
    label: 'first part of the email address',
    needs,
    match(subject) {
      const email = check(subject);
      if (typeof email !== 'string') return email;
      const name = email.slice(0, email.indexOf('@'));
      if (!isEntityName(name)) {
        return matchPlan.missing('email', 'the part before the "@" is not a valid entity name');
      }
      return matchPlan.query(queries(name), { fallbackName: name });
    },
  };
}

/**
 * Options of `matchers.emailEntityName`.
 *
 * @public
 */
export interface EmailEntityNameOptions extends EmailOptions, NamespaceOptions {
  /** An email is never a valid entity name, because of its `@`. Default `underscore`. */
  readonly normalize?: 'underscore' | 'dash';
}

/** @internal */
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
 * @throws `Error` for an option that is not known or not valid, such as a domain or namespace
 * @public
 */
export function emailEntityName(options: EmailEntityNameOptions = {}): Matcher {
  checkOptions('emailEntityName', emailEntityNameShape, options);
  const { needs, check } = createEmailCheck(options);
  const { normalize = 'underscore' } = options;
  const queries = createNameQueries(options);
  return {
    name: 'emailEntityName',
    label: 'email address as a name',
    needs,
    match(subject) {
      const email = check(subject);
      if (typeof email !== 'string') return email;
      const name = toEntityName(email, normalize);
      if (!isEntityName(name)) {
        return matchPlan.missing('email', 'the email address cannot be made an entity name');
      }
      return matchPlan.query(queries(name), {
        fallbackName: name,
        reject: entity => otherEmailReason(entity, email),
      });
    },
  };
}

/** `j_a@b.com` and `j@a_b.com` become one name: the entity's own email says whose it is. */
function otherEmailReason(entity: Entity, email: string): string | undefined {
  const known = readField(entity, 'spec.profile.email');
  return known === undefined || known === '' ? undefined : mismatchReason(entity, byEmail(email));
}
