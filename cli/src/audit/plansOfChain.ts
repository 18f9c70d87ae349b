import type {
  ChainStep,
  Matcher,
  Subject,
  UserQueryField,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { AuditedPerson } from './auditPerson';

type Chain = readonly (Matcher | ChainStep)[];

/** A plan, or nothing of a matcher that throws: the evaluator has told of it already. */
function planOf(item: Matcher | ChainStep, subject: Subject) {
  try {
    return ('matcher' in item ? item.matcher : item).match(subject);
  } catch {
    return undefined;
  }
}

/**
 * The chain calls an attribute missing that is there and cannot be looked for, such as a username
 * that is not a valid entity name. For an administrator that is another case than an empty field:
 * no entity can match, so the outcome is `nobody`.
 *
 * @internal
 */
export function withUnusableAttribute(person: AuditedPerson, match: Chain): AuditedPerson {
  const { result, subject } = person;
  if (result.outcome !== 'missing' || !subject) return person;
  const isUnusable = match.some(item => {
    const plan = planOf(item, subject);
    const plans = plan?.type === 'agreement' ? plan.parts.map(part => part.plan) : [plan];
    return plans.some(each => each?.type === 'missing' && Boolean(subject[each.attribute]));
  });
  return isUnusable ? { ...person, result: { ...result, outcome: 'nobody' } } : person;
}

/**
 * The fields of entities that the steps of a chain look at for these people, whether or not an
 * earlier step has decided.
 *
 * @internal
 */
export function fieldsOfChain(
  match: Chain,
  subjects: readonly Subject[],
): ReadonlySet<UserQueryField> {
  const fields = new Set<UserQueryField>();
  for (const item of match) {
    for (const subject of subjects) {
      const plan = planOf(item, subject);
      const plans = plan?.type === 'agreement' ? plan.parts.map(part => part.plan) : [plan];
      for (const each of plans) {
        for (const { query } of each?.type === 'query' ? each.attempts : []) {
          if (query.by === 'field') fields.add(query.field);
        }
      }
    }
  }
  return fields;
}
