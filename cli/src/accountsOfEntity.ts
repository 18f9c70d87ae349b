import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { createAuditRun } from './audit';
import type { AuditInput, PersonResult } from './audit';
import { AuditError } from './AuditError';

/** An account that can sign in as an entity. @public */
export interface EntityAccount {
  readonly username: string;
  readonly displayName: string;
  readonly id?: number;
  readonly email?: string;
  /** The step that matches. */
  readonly step: string;
  /** The decision of the whole chain, if it is another one. */
  readonly today?: Pick<PersonResult, 'outcome' | 'entityRef' | 'step' | 'reason'>;
}

/**
 * Who can become an entity.
 *
 * @public
 */
export interface EntityAccounts {
  readonly entityRef: string;
  /** Whether the catalog has it. */
  readonly exists: boolean;
  /** Accounts that sign in as this entity. */
  readonly accounts: readonly EntityAccount[];
  /** Accounts that a step alone would match to this entity, although the chain decides otherwise. */
  readonly others: readonly EntityAccount[];
  /** Accounts that cannot be decided, because their data is not valid or information is missing. */
  readonly undecided: readonly string[];
}

/**
 * Finds every account that can become an entity: by the chain, and by each of its steps alone.
 *
 * @param entityRef - such as `user:default/jane`
 * @throws {@link AuditError} when it is not the ref of a `User`
 * @internal
 */
export async function findAccountsOfEntity(
  entityRef: string,
  input: AuditInput,
): Promise<EntityAccounts> {
  const { settings, payloads, entities } = input;
  const wanted = toUserRef(entityRef);
  const chain = createAuditRun(input);
  const steps = settings.match.map(item =>
    createAuditRun({ ...input, settings: { ...settings, match: [item] } }),
  );
  const accounts: EntityAccount[] = [];
  const others: EntityAccount[] = [];
  const undecided: string[] = [];
  for (const payload of payloads) {
    const { result } = await chain.audit(payload);
    if (result.outcome === 'error' || result.outcome === 'unknown') undecided.push(result.username);
    if (result.entityRef === wanted) {
      accounts.push({ ...factsOf(result), step: result.step! });
      continue;
    }
    const today = pickDecision(result);
    for (const step of steps) {
      const { result: alone } = await step.audit(payload);
      if (alone.entityRef !== wanted) continue;
      others.push({ ...factsOf(result), step: alone.step!, today });
    }
  }
  const exists = entities.some(entity => stringifyEntityRef(entity) === wanted);
  return { entityRef: wanted, exists, accounts, others, undecided };
}

/**
 * Whether a text names an entity and not an account.
 *
 * @internal
 */
export function isEntityRef(text: string): boolean {
  return /^(user|group):([^/]+\/)?[^/]+$/i.test(text);
}

function toUserRef(text: string): string {
  const ref = parseEntityRef(text);
  if (ref.kind.toLowerCase() === 'user') return stringifyEntityRef(ref);
  throw new AuditError(`${text} is not a User entity; people sign in as users only`);
}

function factsOf({ username, displayName, id, email }: PersonResult) {
  return { username, displayName, id, email };
}

function pickDecision({ outcome, entityRef, step, reason }: PersonResult) {
  return { outcome, entityRef, step, reason };
}
