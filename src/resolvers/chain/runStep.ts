import type { Entity } from '@backstage/catalog-model';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { verifyCandidates } from '../../lookup';
import type { UserLookupAnswer, UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import { foldAscii } from '../../shared';
import type { MatchAttempt, MatchPlan, Matcher } from '../matchers';
import type { AttemptRecord, ChainStep, StepOutcome, StepRecord } from './ChainStep';

interface StepContext {
  /** Sends each query once, and never rejects. */
  readonly ask: (query: UserQuery) => Promise<UserLookupAnswer>;
  /** The account that signs in, and the annotation in which entities name theirs. */
  readonly account: { readonly id?: string; readonly annotation?: string };
}

type Match =
  | { readonly plan: MatchPlan; readonly queries: readonly UserQuery[] }
  | { readonly failed: unknown };

/**
 * Asks a matcher for its plan. Never throws: custom matchers may throw, and not all of them are
 * type-checked.
 */
export function safeMatch({ matcher }: ChainStep, subject: Subject): Match {
  try {
    const plan = matcher.match(subject);
    return { plan, queries: queriesOf(plan) };
  } catch (error) {
    return { failed: error };
  }
}

function queriesOf(plan: MatchPlan): readonly UserQuery[] {
  switch (plan?.type) {
    case 'missing':
    case 'denied':
      return [];
    case 'query':
      return plan.attempts.map(({ query }) => checkQuery(query));
    case 'agreement':
      return plan.parts.flatMap(part => {
        // The type forbids it, but a custom matcher may not be type-checked.
        if ((part.plan as MatchPlan).type === 'agreement') {
          throw new TypeError('the matcher returned an agreement in an agreement');
        }
        return queriesOf(part.plan);
      });
    default:
      throw new TypeError('the matcher did not return a plan');
  }
}

function checkQuery(query: UserQuery): UserQuery {
  const texts = query.by === 'ref' ? [query.namespace, query.name] : [query.field, query.value];
  if (texts.every(text => typeof text === 'string')) return query;
  throw new TypeError('the matcher returned a query that is not valid');
}

type Result = Pick<StepRecord, 'outcome' | 'entity' | 'cause'>;

/** Runs one step whose plan is known. All its queries are sent at once. Never rejects. */
export async function runStep(
  step: ChainStep,
  match: Match,
  context: StepContext,
): Promise<StepRecord> {
  const attempts: AttemptRecord[] = [];
  if ('failed' in match) return { step, outcome: 'failed', attempts, cause: match.failed };
  const { plan, queries } = match;
  try {
    for (const query of queries) void context.ask(query);
    return { step, plan, attempts, ...(await runPlan(step.matcher, plan, context, attempts)) };
  } catch (cause) {
    // `reject` of a custom matcher threw.
    return { step, plan, attempts, outcome: 'failed', cause };
  }
}

async function runPlan(
  matcher: Matcher,
  plan: MatchPlan,
  context: StepContext,
  attempts: AttemptRecord[],
): Promise<Result> {
  if (plan.type === 'agreement') return runAgreement(plan.parts, context, attempts);
  if (plan.type !== 'query') return { outcome: plan.type };
  for (const attempt of plan.attempts) {
    const answer = await context.ask(attempt.query);
    const { entities: accepted, rejected } = checkAgain(attempt, answer);
    const record = { matcher, attempt, answer, accepted, rejected };
    attempts.push(record);
    if (answer.type === 'unavailable') return { outcome: 'unavailable', cause: answer.cause };
    if (answer.type === 'conflict' || accepted.length > 1) return { outcome: 'ambiguous' };
    const [entity] = accepted;
    if (!entity) continue;
    const reason = otherAccountReason(entity, context.account);
    if (reason === undefined) return { outcome: 'matched', entity };
    const refused = { entityRef: stringifyEntityRef(entity), reason };
    attempts.splice(-1, 1, { ...record, accepted: [], rejected: [...rejected, refused] });
    return { outcome: 'otherAccount' };
  }
  return { outcome: 'none' };
}

/** The entities of an answer that pass all checks. Repeated here, because a custom lookup may not check. */
function checkAgain({ query, reject }: MatchAttempt, answer: UserLookupAnswer) {
  if (answer.type !== 'entities') return { entities: [], rejected: [] };
  const { entities, rejected = [] } = verifyCandidates(answer.entities, query, reject);
  return { entities, rejected: [...(answer.rejected ?? []), ...rejected] };
}

/**
 * Why an entity that names its account by id is not for this account: an email or a username may be
 * given to somebody new, an id never is. An account without an id gets no such entity either.
 */
function otherAccountReason(
  entity: Entity,
  { id, annotation }: StepContext['account'],
): string | undefined {
  if (annotation === undefined) return undefined;
  const wanted = foldAscii(annotation);
  // The catalog ignores the case of keys.
  const other = Object.entries(entity.metadata.annotations ?? {}).some(
    ([key, value]) => foldAscii(key) === wanted && value !== id,
  );
  return other ? `its annotation ${annotation} names another account` : undefined;
}

/** The outcome of an agreement is the first of these that one of its parts has. */
const precedence: readonly StepOutcome[] = [
  'unavailable',
  'otherAccount',
  // Two parts that match different entities are a disagreement, even if a third matches nobody.
  'disagreement',
  'denied',
  'ambiguous',
  'missing',
  'none',
];

async function runAgreement(
  parts: Extract<MatchPlan, { type: 'agreement' }>['parts'],
  context: StepContext,
  attempts: AttemptRecord[],
): Promise<Result> {
  const results: Result[] = [];
  for (const { matcher, plan } of parts) {
    results.push(await runPlan(matcher, plan, context, attempts));
  }
  const entities = results.flatMap(({ entity }) => entity ?? []);
  const refs = new Set(entities.map(entity => stringifyEntityRef(entity)));
  if (refs.size > 1) results.push({ outcome: 'disagreement' });
  const worst = precedence.find(outcome => results.some(result => result.outcome === outcome));
  if (!worst) return { outcome: 'matched', entity: entities[0] };
  return { outcome: worst, cause: results.find(result => result.outcome === worst)?.cause };
}
