import type { CatalogUserLookup, UserLookupAnswer, UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import { withSpan } from '../../shared';
import { policyAction, refusalCode } from './ChainStep';
import type { ChainStep, Decision, StepRecord } from './ChainStep';
import { runStep, safeMatch } from './runStep';
import { decideWithoutUser } from './withoutUser';

/**
 * Evaluates a chain, for sign-in, explain and audit. The result is the same as if the steps were tried
 * one after another. The first step that has a query asks alone, because it signs most people in.
 * If it does not, the queries of all other steps are sent at once. So a chain of any length waits
 * for at most two requests in sequence.
 *
 * Never throws and never rejects: a matcher that throws and a catalog that is down are decisions.
 */
export async function evaluate(options: {
  readonly steps: readonly ChainStep[];
  readonly subject: Subject;
  readonly lookup: CatalogUserLookup;
  /** Annotation in which an entity names its account. Default: `<host>/user-id` with the subject's host. */
  readonly accountIdAnnotation?: string;
}): Promise<Decision> {
  const { steps, subject, lookup } = options;
  const ask = createAsk(lookup, subject);
  const annotation = options.accountIdAnnotation ?? accountIdAnnotationOf(subject);
  const context = { ask, account: { id: subject.id, annotation } };
  const matches = steps.map(step => safeMatch(step, subject));
  const records: StepRecord[] = [];
  let hasAsked = false;
  for (const [index, step] of steps.entries()) {
    const attributes = { 'bitbucket_server.step': step.matcher.name };
    const record = await withSpan('bitbucket_server.step', { attributes }, async span => {
      const done = await runStep(step, matches[index]!, context);
      span.setAttribute('bitbucket_server.step.outcome', done.outcome);
      return done;
    });
    records.push(record);
    const decision = decisionOf(record, records);
    if (decision) return decision;
    if (!hasAsked && record.attempts.length > 0) {
      hasAsked = true;
      for (const match of matches.slice(index + 1)) {
        if ('queries' in match) match.queries.forEach(query => void ask(query));
      }
    }
  }
  return decideWithoutUser(records, lookup);
}

function accountIdAnnotationOf({ host }: Subject): string | undefined {
  // Without the final dot of a fully qualified name, as in the default annotations.
  return host === undefined ? undefined : `${host.replace(/\.$/, '')}/user-id`;
}

/** The decision after a step, or `undefined` when the next step follows. */
function decisionOf(record: StepRecord, records: readonly StepRecord[]): Decision | undefined {
  const { step, outcome, entity, cause, plan } = record;
  if (outcome === 'matched') return { outcome: 'matched', entity: entity!, record, records };
  if (policyAction(step, outcome) === 'next') return undefined;
  return { outcome: 'refused', code: refusalCode(outcome, plan), record, records, cause };
}

/** Makes the function that sends each query of an evaluation once. Never rejects. */
function createAsk(lookup: CatalogUserLookup, { refresh }: Subject) {
  const answers = new Map<string, Promise<UserLookupAnswer>>();
  return (query: UserQuery): Promise<UserLookupAnswer> => {
    const key = JSON.stringify(query);
    const answer = answers.get(key) ?? safeFind(lookup, query, refresh);
    answers.set(key, answer);
    return answer;
  };
}

/** A custom lookup that throws or does not return an answer counts as unavailable. */
async function safeFind(
  lookup: CatalogUserLookup,
  query: UserQuery,
  refresh: boolean,
): Promise<UserLookupAnswer> {
  try {
    const answer = await lookup.find(query, { refresh });
    const isAnswer =
      answer.type === 'entities'
        ? Array.isArray(answer.entities)
        : ['conflict', 'unavailable'].includes(answer.type);
    if (!isAnswer) throw new TypeError('the lookup did not return an answer');
    return answer;
  } catch (error) {
    return { type: 'unavailable', cause: error };
  }
}
