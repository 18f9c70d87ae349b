import type { Entity } from '@backstage/catalog-model';
import type { UserQueryField } from '../lookup';
import { explainSignIn } from '../resolvers';
import type { SignInExplanation } from '../resolvers';
import { auditPerson } from './people';
import type { AuditedPerson } from './people';
import { createListedDirectories, createMemoryNearMisses, createMemoryUserLookup } from './world';
import type { AuditSettings, MemoryUserLookup } from './world';

/** @internal */
export interface AuditRun {
  readonly lookup: MemoryUserLookup;
  /** The annotations that resolvers read by default. */
  readonly identityFields: readonly UserQueryField[];
  audit(payload: unknown): Promise<AuditedPerson>;
  explain(payload: unknown): Promise<SignInExplanation>;
}

/**
 * Puts the sign-in of a config together over lists in memory, for the audit of all and the
 * explanation of one.
 *
 * @internal
 */
export function createAuditRun(
  settings: AuditSettings,
  payloads: readonly unknown[],
  entities: readonly Entity[],
): AuditRun {
  const { baseUrl, host, profileTransform, needsDirectory, trustedDirectories } = settings;
  const lookup = createMemoryUserLookup(entities);
  const findNearMisses = createMemoryNearMisses(entities);
  const findDirectory = needsDirectory
    ? createListedDirectories(payloads, trustedDirectories)
    : undefined;
  const shared = { baseUrl, lookup, profileTransform, findDirectory, findNearMisses };
  const { steps } = settings.chain;
  return {
    lookup,
    identityFields: ['user-id', 'username', 'user-slug', 'email'].map(
      key => `metadata.annotations.${host}/${key}` as const,
    ),
    audit: payload => auditPerson(payload, { ...shared, steps }),
    explain: payload => explainSignIn({ ...shared, match: steps, user: payload }),
  };
}
