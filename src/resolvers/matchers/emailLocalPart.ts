import type { EmailOptions } from './EmailOptions';
import type { Matcher } from './Matcher';
import { createEmailCheck } from './createEmailCheck';
import { matchPlan } from './matchPlan';
import { isEntityName, namespaceQueries } from './namespaceQueries';
import type { NamespaceOptions } from './namespaceQueries';

/** @public */
export interface EmailLocalPartOptions extends EmailOptions, NamespaceOptions {}

/**
 * The part of the email before the `@` = `metadata.name`.
 *
 * Without `allowedDomains`, `jane@anything` is `jane`: give it.
 *
 * @throws `Error` for an entry of `allowedDomains` that is not a domain, or a namespace that is none
 * @public
 */
export function emailLocalPart(options: EmailLocalPartOptions = {}): Matcher {
  const { needs, check } = createEmailCheck(options);
  const queries = namespaceQueries(options);
  return {
    name: 'emailLocalPart',
    label: 'first part of the email address',
    needs,
    match(subject) {
      const email = check(subject);
      if (typeof email !== 'string') return email;
      const name = email.slice(0, email.indexOf('@'));
      if (!isEntityName(name)) {
        return matchPlan.missing('email', 'the part before the "@" is no valid entity name');
      }
      return matchPlan.query(queries(name), { fallbackName: name });
    },
  };
}
