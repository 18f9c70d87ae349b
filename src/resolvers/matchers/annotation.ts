import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import { createEmailCheck } from './emails';
import type { EmailOptions } from './emails';
import { matchPlan } from './Matcher';
import type { Matcher, SubjectAttribute } from './Matcher';

/** @public */
export interface AnnotationOptions extends EmailOptions {
  readonly from: SubjectAttribute;
  /** Key of the annotation, such as `bitbucket.corp.com/user-id`. */
  readonly annotation: string;
}

const labels: Record<SubjectAttribute, string> = {
  id: 'user id',
  username: 'username',
  slug: 'slug',
  email: 'email address',
};

/**
 * An attribute = the value of an annotation. By `id` it is the safest of all matchers: the id
 * survives a rename and nobody can choose it.
 *
 * @throws `Error` for a key that is none, for email options with another attribute than `email`
 * @public
 */
export function annotation(options: AnnotationOptions): Matcher {
  const { from, annotation: key, allowedDomains, emailTrust } = options;
  if (!KubernetesValidatorFunctions.isValidAnnotationKey(key)) {
    throw new Error(`"${key}" is no annotation key`);
  }
  if (from !== 'email' && (allowedDomains ?? emailTrust) !== undefined) {
    throw new Error('"allowedDomains" and "emailTrust" only go with the email');
  }
  const email = from === 'email' ? createEmailCheck(options) : undefined;
  return {
    name: `${from}Annotation`,
    label: labels[from],
    needs: email?.needs,
    match(subject) {
      const value = email ? email.check(subject) : subject[from];
      if (!value) return matchPlan.missing(from, `the account has no ${labels[from]}`);
      if (typeof value !== 'string') return value;
      return matchPlan.query(
        { by: 'field', field: `metadata.annotations.${key}`, value },
        { fallbackName: value },
      );
    },
  };
}
