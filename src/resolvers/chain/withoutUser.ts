import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogUserLookup } from '../../lookup';
import { refusalCode } from './ChainStep';
import type { Decision, StepRecord } from './ChainStep';

/**
 * The decision when no step found anybody. If the catalog answered every query and a step allows
 * it, the person signs in without an entity, under a ref that nobody has.
 */
export async function decideWithoutUser(
  records: readonly StepRecord[],
  lookup: CatalogUserLookup,
): Promise<Decision> {
  const refused: Decision = { outcome: 'refused', code: exhaustedCode(records), records };
  const nobody = records.every(({ outcome }) => outcome === 'none' || outcome === 'missing');
  const record = nobody ? records.find(fallbackOf) : undefined;
  const ref = record && fallbackOf(record);
  if (!record || !ref) return refused;

  try {
    // The steps looked for other fields, so the name may be taken. Using it would be a takeover.
    if (await isTaken(records, lookup, ref)) {
      return { ...refused, code: 'USER_REF_TAKEN', record };
    }
  } catch (error) {
    return { ...refused, code: 'CATALOG_UNAVAILABLE', record, cause: error };
  }
  const userEntityRef = stringifyEntityRef({ kind: 'User', ...ref });
  return { outcome: 'withoutUser', userEntityRef, record, records };
}

/** Rejects when the catalog has not answered, or the lookup has no `isNameTaken`. */
async function isTaken(
  records: readonly StepRecord[],
  lookup: CatalogUserLookup,
  ref: { readonly namespace: string; readonly name: string },
): Promise<boolean> {
  const answers = records.flatMap(({ attempts }) => attempts.map(({ answer }) => answer));
  // An expired answer does not prove that the name is free now.
  if (answers.some(answer => answer.type === 'entities' && answer.staleForMs !== undefined)) {
    throw new Error('the catalog is unavailable, and an expired answer is not enough');
  }
  if (!lookup.isNameTaken) throw new Error('the lookup has no isNameTaken()');
  const taken: unknown = await lookup.isNameTaken(ref);
  if (typeof taken !== 'boolean') throw new TypeError('isNameTaken() did not return a boolean');
  return taken;
}

/** The ref under which a step signs in a person without an entity, if it may. */
function fallbackOf({ step, plan }: StepRecord) {
  const allowed = step.dangerouslyAllowSignInWithoutUserInCatalog;
  if (!allowed || plan?.type !== 'query' || !isFallbackName(plan.fallbackName)) return undefined;
  const namespace = typeof allowed === 'object' ? allowed.namespace : 'default';
  return { namespace, name: plan.fallbackName };
}

/**
 * The code when every step was tried and none matched. An ambiguous step explains more than one
 * without a match.
 */
function exhaustedCode(records: readonly StepRecord[]) {
  for (const { outcome, plan } of records) {
    if (outcome === 'ambiguous' || outcome === 'disagreement') return refusalCode(outcome, plan);
  }
  const lacksAll = records.length > 0 && records.every(({ outcome }) => outcome === 'missing');
  return lacksAll ? 'ATTRIBUTE_MISSING' : 'NO_MATCHING_USER';
}

// ASCII, because Backstage lower-cases refs by the rules of all of Unicode; and nothing that has a
// meaning in a ref, so that the ref reads back as what it was built from.
const safeName = /^[A-Za-z0-9](?:[A-Za-z0-9._+@-]{0,251}[A-Za-z0-9])?$/;

/** Whether a value may be the name of a person who is in no catalog. */
function isFallbackName(value: unknown): value is string {
  return typeof value === 'string' && safeName.test(value);
}
