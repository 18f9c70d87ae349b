import type {
  ChainStep,
  Matcher,
  MatchPlan,
  Subject,
  UserQuery,
  UserQueryField,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { AuditedPerson } from './auditPerson';

type Chain = readonly (Matcher | ChainStep)[];

/** The plans of a step. An agreement has one plan for each of its parts. */
function plansOf(item: Matcher | ChainStep, subject: Subject): readonly MatchPlan[] {
  let plan: MatchPlan | undefined;
  try {
    plan = ('matcher' in item ? item.matcher : item).match(subject);
  } catch {
    // The evaluator reports a matcher that throws or returns nothing.
  }
  if (!plan) return [];
  return plan.type === 'agreement' ? plan.parts.map(part => part.plan) : [plan];
}

/**
 * What the steps of a chain look for, whether or not an earlier step has decided.
 *
 * @internal
 */
export function queriesOf(match: Chain, subject: Subject): readonly UserQuery[] {
  return match
    .flatMap(item => plansOf(item, subject))
    .flatMap(plan => (plan.type === 'query' ? plan.attempts : []))
    .map(({ query }) => query);
}

/**
 * The fields of entities that the steps of a chain look at for these people.
 *
 * @internal
 */
export function fieldsOfChain(
  match: Chain,
  subjects: readonly Subject[],
): ReadonlySet<UserQueryField> {
  const fields = new Set<UserQueryField>();
  for (const item of match) {
    for (const query of subjects.flatMap(subject => queriesOf([item], subject))) {
      if (query.by === 'field') fields.add(query.field);
    }
  }
  return fields;
}

/**
 * For the chain, an attribute that cannot be looked up also counts as missing, such as a username that
 * is not a valid entity name. For an administrator it is not the same as an empty field: no entity can
 * match, so the outcome is `nobody`.
 *
 * @internal
 */
export function withUnusableAttribute(person: AuditedPerson, match: Chain): AuditedPerson {
  const { result, subject } = person;
  if (result.outcome !== 'missing' || !subject) return person;
  const isUnusable = match
    .flatMap(item => plansOf(item, subject))
    .some(plan => plan.type === 'missing' && Boolean(subject[plan.attribute]));
  return isUnusable ? { ...person, result: { ...result, outcome: 'nobody' } } : person;
}
