import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Subject } from '../../src/profile';
import type { CatalogUserLookup } from '../../src/lookup';
import type { ChainStep, MatchPlan } from '../../src/resolvers';

interface Verdict {
  outcome: string;
  ref?: string;
  code?: string;
}

/**
 * The plain reading of the rules: one step after another, one question after another, no shortcut.
 * Written apart from the evaluator on purpose, to be compared with it.
 */
export async function referenceEvaluate(
  steps: readonly ChainStep[],
  subject: Subject,
  lookup: CatalogUserLookup,
): Promise<Verdict> {
  const outcomes: string[] = [];
  for (const step of steps) {
    const plan = step.matcher.match(subject);
    const { outcome, ref } = await runPlan(plan, lookup, subject);
    if (outcome === 'matched') return { outcome, ref };
    outcomes.push(outcome);
    const actions: Record<string, string> = {
      missing: step.onMissing ?? 'next',
      none: step.onNoMatch ?? 'next',
      denied: step.onDenied ?? 'next',
      ambiguous: step.onAmbiguous ?? 'stop',
      disagreement: step.onAmbiguous ?? 'stop',
      otherAccount: 'stop',
      unavailable: 'stop',
    };
    if (actions[outcome] === 'stop') return { outcome: 'refused', code: codes[outcome] };
  }
  const several = outcomes.find(each => each === 'ambiguous' || each === 'disagreement');
  if (several) return { outcome: 'refused', code: codes[several] };
  if (outcomes.every(each => each === 'none' || each === 'missing')) {
    for (const step of steps) {
      const allowed = step.dangerouslyAllowSignInWithoutUserInCatalog;
      const plan = step.matcher.match(subject);
      if (!allowed || plan.type !== 'query' || !plan.fallbackName) continue;
      if (!/^[a-z0-9][a-z0-9._+@-]*$/i.test(plan.fallbackName)) continue;
      const namespace = allowed === true ? 'default' : allowed.namespace;
      try {
        const taken = await lookup.isNameTaken!({ namespace, name: plan.fallbackName });
        if (taken) return { outcome: 'refused', code: 'USER_REF_TAKEN' };
      } catch {
        return { outcome: 'refused', code: 'CATALOG_UNAVAILABLE' };
      }
      return {
        outcome: 'withoutUser',
        ref: `user:${namespace}/${plan.fallbackName}`.toLowerCase(),
      };
    }
  }
  const code = outcomes.every(each => each === 'missing')
    ? 'ATTRIBUTE_MISSING'
    : 'NO_MATCHING_USER';
  return { outcome: 'refused', code };
}

const codes: Record<string, string> = {
  missing: 'ATTRIBUTE_MISSING',
  none: 'NO_MATCHING_USER',
  denied: 'EMAIL_DOMAIN_NOT_ALLOWED',
  ambiguous: 'MULTIPLE_MATCHING_USERS',
  disagreement: 'ATTRIBUTES_DISAGREE',
  otherAccount: 'ENTITY_OF_ANOTHER_ACCOUNT',
  unavailable: 'CATALOG_UNAVAILABLE',
};

async function runPlan(
  plan: MatchPlan,
  lookup: CatalogUserLookup,
  subject: Subject,
): Promise<{ outcome: string; ref?: string }> {
  if (plan.type === 'missing' || plan.type === 'denied') return { outcome: plan.type };
  if (plan.type === 'query') {
    for (const { query, reject } of plan.attempts) {
      const answer = await lookup.find(query, { refresh: subject.refresh });
      if (answer.type === 'unavailable') return { outcome: 'unavailable' };
      if (answer.type === 'conflict') return { outcome: 'ambiguous' };
      const left = answer.entities.filter(entity => !reject?.(entity));
      if (left.length > 1) return { outcome: 'ambiguous' };
      if (!left[0]) continue;
      const named = left[0].metadata.annotations?.[`${subject.host}/user-id`];
      if (named !== undefined && named !== subject.id) return { outcome: 'otherAccount' };
      return { outcome: 'matched', ref: stringifyEntityRef(left[0]) };
    }
    return { outcome: 'none' };
  }
  const results = [];
  for (const part of plan.parts) results.push(await runPlan(part.plan, lookup, subject));
  const refs = new Set(results.flatMap(({ ref }) => ref ?? []));
  const outcomes = results.map(({ outcome }) => outcome);
  if (outcomes.includes('unavailable')) return { outcome: 'unavailable' };
  if (outcomes.includes('otherAccount')) return { outcome: 'otherAccount' };
  if (refs.size > 1) return { outcome: 'disagreement' };
  for (const worst of ['denied', 'ambiguous', 'missing', 'none']) {
    if (outcomes.includes(worst)) return { outcome: worst };
  }
  return { outcome: 'matched', ref: [...refs][0] };
}
