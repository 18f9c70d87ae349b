import { isSignInError } from '../../errors';
import type { Subject } from '../../profile';
import { decideSignIn, queriesOf } from '../../resolvers';
import type { DecideSignInOptions, FindNearMisses } from '../../resolvers';
import { judgeDecision, outcomeOf } from './judgeDecision';
import type { PersonResult } from './PersonResult';

const maxNearMisses = 3;

/** @internal */
export interface AuditedPerson {
  readonly result: PersonResult;
  /** What matchers see; absent when no step would be tried. */
  readonly subject?: Subject;
}

/** @internal */
export interface AuditPersonOptions extends DecideSignInOptions {
  readonly findNearMisses: FindNearMisses;
}

/**
 * Runs the sign-in of one payload of Bitbucket's list, up to the token.
 *
 * @internal
 */
export async function auditPerson(
  payload: unknown,
  options: AuditPersonOptions,
): Promise<AuditedPerson> {
  const facts = readFacts(payload);
  try {
    const run = await decideSignIn(payload, options);
    if ('refusedBy' in run) {
      const { code, detail } = run.refusedBy;
      const outcome = outcomeOf(code);
      return { result: { ...facts, ...nothing, outcome, code, reason: detail } };
    }
    const { decision, subject } = run;
    const judgement = judgeDecision(decision);
    const misses =
      judgement.outcome === 'nobody' ? await options.findNearMisses(queriesOf(decision)) : [];
    const nearMisses = misses
      .slice(0, maxNearMisses)
      .map(({ entityRef, reason }) => `${entityRef}: ${reason}`);
    return { result: { ...facts, email: subject.email, ...judgement, nearMisses }, subject };
  } catch (error) {
    // One broken account of thousands is a line of the report and not its end.
    const problem = isSignInError(error)
      ? { code: error.code, reason: error.detail }
      : { reason: String(error) };
    return { result: { ...facts, ...nothing, outcome: 'error', ...problem } };
  }
}

const nothing = { candidates: [], nearMisses: [] } as const;

function readFacts(payload: unknown) {
  const { id, name, displayName, lastAuthenticationTimestamp } = (payload ?? {}) as Record<
    string,
    unknown
  >;
  const username = typeof name === 'string' ? name : '';
  return {
    id: typeof id === 'number' ? id : undefined,
    username,
    displayName: typeof displayName === 'string' && displayName ? displayName : username,
    lastUsed:
      typeof lastAuthenticationTimestamp === 'number' ? lastAuthenticationTimestamp : undefined,
  };
}
