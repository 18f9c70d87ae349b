import type { CatalogUserLookup, UserLookupAnswer, UserQuery } from '../../lookup';
import type { Subject } from '../../profile';
import { withSpan } from '../../shared';
import { policyAction, refusalCode } from './ChainStep';
import type { ChainStep, Decision, StepRecord } from './ChainStep';
import { runStep, safeMatch } from './runStep';
import { decideWithoutUser } from './withoutUser';

/**
 * The evaluator of chains, for sign-in, explain and audit. Its result is that of trying the steps
 * one after another. The first step that has a question asks alone, because it signs most people
 * in; when it does not, the questions of all other steps are asked at once. So a chain of any
 * length takes at most two requests in sequence.
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
  const ask = createQuestions(lookup, subject);
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
  // As the host is written in the default annotations: "git.corp.com." is the same host.
  return host === undefined ? undefined : `${host.replace(/\.$/, '')}/user-id`;
}

/** The decision after a step, or `undefined` when the next step follows. */
function decisionOf(record: StepRecord, records: readonly StepRecord[]): Decision | undefined {
  const { step, outcome, entity, cause, plan } = record;
  if (outcome === 'matched') return { outcome: 'matched', entity: entity!, record, records };
  if (policyAction(step, outcome) === 'next') return undefined;
  return { outcome: 'refused', code: refusalCode(outcome, plan), record, records, cause };
}

/** Sends each query of an evaluation once. Never rejects. */
function createQuestions(lookup: CatalogUserLookup, { refresh }: Subject) {
  const answers = new Map<string, Promise<UserLookupAnswer>>();
  return (query: UserQuery): Promise<UserLookupAnswer> => {
    const key = JSON.stringify(query);
    const answer = answers.get(key) ?? safeFind(lookup, query, refresh);
    answers.set(key, answer);
    return answer;
  };
}

/** A custom lookup that breaks its contract counts as unavailable. */
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
    return isAnswer ? answer : { type: 'unavailable', cause: new TypeError(contract) };
  } catch (error) {
    return { type: 'unavailable', cause: error };
  }
}

const contract = 'the lookup did not return an answer';
