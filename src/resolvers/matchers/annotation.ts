import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../../config';
import { emailMatcher, emailShape } from './emails';
import type { EmailOptions } from './emails';
import { matchPlan } from './Matcher';
import type { MatchPlan, Matcher, SubjectAttribute } from './Matcher';
import { inNamespaces, namespaceShape, readName, stripPrefixShape } from './names';

const labels: Record<SubjectAttribute, string> = {
  id: 'user id',
  username: 'username',
  slug: 'slug',
  email: 'email address',
};

/** `emailTrust` is for an email only, `stripPrefix` for a username only. */
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
 * @throws {@link SignInError} `CONFIG_INVALID` for an option that is wrong or not for this
 * attribute: only the email has `allowedDomains` and `emailTrust`, only the username `stripPrefix`
 * @public
 */
export function annotation(
  options: EmailOptions & {
    readonly from: 'id' | 'username' | 'slug' | 'email';
    /** Key of the annotation, such as `bitbucket.corp.com/user-id`. */
    readonly annotation: string;
    /** As for `entityName`. Default: none. */
    readonly stripPrefix?: string;
  },
): Matcher {
  const { from, annotation: key, namespaces, stripPrefix } = options;
  const attribute = z.enum(['id', 'username', 'slug', 'email']);
  const shape = { from: attribute, annotation: z.string(), ...annotationShape(from) };
  parseOptions(strictObject(shape), options, 'annotation');
  if (!KubernetesValidatorFunctions.isValidAnnotationKey(key)) {
    throw new Error(`"${key}" is not an annotation key`);
  }
  const name = `${from}Annotation`;
  const label = labels[from];
  function toPlan(value: string): MatchPlan {
    const query = { by: 'field', field: `metadata.annotations.${key}`, value } as const;
    return { type: 'query', attempts: inNamespaces(query, namespaces), fallbackName: value };
  }
  if (from === 'email') return emailMatcher(name, label, options, toPlan);
  return {
    name,
    label,
    match(subject) {
      const value = from === 'id' ? subject.id : readName(subject, from, stripPrefix);
      if (value === undefined) return matchPlan.missing(from, `the account has no ${label}`);
      return typeof value === 'string' ? toPlan(value) : value;
    },
  };
}
