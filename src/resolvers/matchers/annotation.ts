import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import { z } from 'zod/v3';
import type { Subject } from '../../profile';
import { createEmailCheck, emailShape } from './emailCheck';
import type { EmailOptions } from './emailCheck';
import { checkOptions, matchPlan } from './Matcher';
import type { MatchPlan, Matcher, SubjectAttribute } from './Matcher';
import { inNamespaces, namespaceShape, readName, stripPrefixShape } from './names';
import type { NamespaceOptions, StripPrefixOptions } from './names';

/**
 * Options of `matchers.annotation`.
 *
 * @public
 */
export interface AnnotationOptions extends EmailOptions, NamespaceOptions, StripPrefixOptions {
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
 * The options for an attribute: `emailTrust` is for an email only, `stripPrefix` for a username
 * only.
 */
export function annotationShape(from: SubjectAttribute) {
  return {
    ...(from === 'email' ? emailShape : {}),
    ...(from === 'username' ? stripPrefixShape : {}),
    ...namespaceShape("['*']"),
  } as const;
}

/**
 * An attribute = the value of an annotation. By `id` it is the safest of all matchers: the id stays
 * when the account is renamed, and nobody can choose it. Default of `namespaces`: `['*']`.
 *
 * @throws `Error` for an option that is not known, not valid, or not for this attribute: only the
 * email has `allowedDomains` and `emailTrust`, only the username has `stripPrefix`
 * @public
 */
export function annotation(options: AnnotationOptions): Matcher {
  const { from, annotation: key, namespaces } = options;
  const attribute = z.enum(['id', 'username', 'slug', 'email']);
  const shape = { from: attribute, annotation: z.string(), ...annotationShape(from) };
  checkOptions('annotation', shape, options);
  if (!KubernetesValidatorFunctions.isValidAnnotationKey(key)) {
    throw new Error(`"${key}" is not an annotation key`);
  }
  const email = from === 'email' ? createEmailCheck(options) : undefined;
  return {
    name: `${from}Annotation`,
    label: labels[from],
    needs: email?.needs,
    match(subject) {
      const value = email ? email.check(subject) : readAttribute(subject, from, options);
      if (typeof value !== 'string') return value;
      const query = { by: 'field', field: `metadata.annotations.${key}`, value } as const;
      return { type: 'query', attempts: inNamespaces(query, namespaces), fallbackName: value };
    },
  };
}

function readAttribute(
  subject: Subject,
  from: SubjectAttribute,
  options: StripPrefixOptions,
): string | MatchPlan {
  if (from === 'username' || from === 'slug') return readName(subject, from, options);
  return subject[from] ?? matchPlan.missing(from, `the account has no ${labels[from]}`);
}
