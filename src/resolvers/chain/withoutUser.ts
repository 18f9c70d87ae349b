import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogUserLookup, UserLookupAnswer } from '../../lookup';
import { exhaustedCode } from './ChainStep';
import type { Decision, StepRecord } from './ChainStep';

/**
 * The decision when no step found anybody. Only where each of them said none or missing, and one
 * allows it, a person without an entity gets a ref of their own, and never one that an entity has.
 *
 * @internal
 */
export async function decideWithoutUser(
  records: readonly StepRecord[],
  lookup: CatalogUserLookup,
): Promise<Decision> {
  const refused: Decision = { outcome: 'refused', code: exhaustedCode(records), records };
  const nobody = records.every(({ outcome }) => outcome === 'none' || outcome === 'missing');
  const record = nobody ? records.find(allowsFallback) : undefined;
  if (!record || record.plan?.type !== 'query' || !record.plan.fallbackName) return refused;

  const allowed = record.step.dangerouslyAllowSignInWithoutUserInCatalog;
  const namespace = typeof allowed === 'object' ? allowed.namespace : 'default';
  const name = record.plan.fallbackName;
  let answer: UserLookupAnswer;
  try {
    answer = await lookup.find({ by: 'ref', namespace, name });
  } catch (error) {
    answer = { type: 'unavailable', cause: error };
  }
  if (answer.type === 'unavailable') {
    return { ...refused, code: 'CATALOG_UNAVAILABLE', record, cause: answer.cause };
  }
  // The steps looked elsewhere, so the name may well be somebody's: that would be a takeover.
  if (answer.type === 'conflict' || answer.entities.length > 0) {
    return { ...refused, code: 'USER_REF_TAKEN', record };
  }
  const userEntityRef = stringifyEntityRef({ kind: 'User', namespace, name });
  return { outcome: 'withoutUser', userEntityRef, record, records };
}

function allowsFallback({ step, plan }: StepRecord): boolean {
  const allowed = Boolean(step.dangerouslyAllowSignInWithoutUserInCatalog);
  return allowed && plan?.type === 'query' && isFallbackName(plan.fallbackName);
}

// ASCII, because Backstage lower-cases refs by the rules of all of Unicode; and nothing that has a
// meaning in a ref, so that the ref reads back as what it was built from.
const safeName = /^[A-Za-z0-9](?:[A-Za-z0-9._+@-]{0,251}[A-Za-z0-9])?$/;

/**
 * Whether a value may be the name of a person who is in no catalog.
 *
 * @internal
 */
export function isFallbackName(value: unknown): value is string {
  return typeof value === 'string' && safeName.test(value);
}
