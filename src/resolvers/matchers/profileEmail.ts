import type { UserQuery } from '../../lookup';
import type { EmailOptions } from './EmailOptions';
import type { Matcher } from './Matcher';
import { createEmailCheck } from './createEmailCheck';
import { matchPlan } from './matchPlan';

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
