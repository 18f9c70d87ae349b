import type { Entity } from '@backstage/catalog-model';
import { explainSignIn } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { SignInExplanation } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { auditPerson } from './auditPerson';
import type { AuditedPerson } from './auditPerson';
import { createListedDirectories } from './createListedDirectories';
import { createMemoryCatalog } from './createMemoryCatalog';
import type { MemoryUserLookup } from './createMemoryCatalog';
import { withUnusableAttribute } from './plansOfChain';
import type { AuditSettings } from './readAuditSettings';

/** @internal */
export interface AuditRun {
  readonly lookup: MemoryUserLookup;
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
  const { baseUrl, match, profileTransform, needsDirectory, trustedDirectories } = settings;
  const { lookup, findNearMisses } = createMemoryCatalog(entities);
  const findDirectory = needsDirectory
    ? createListedDirectories(payloads, trustedDirectories)
    : undefined;
  const shared = { baseUrl, match, lookup, profileTransform, findDirectory, findNearMisses };
  const explain = (user: unknown) => explainSignIn({ ...shared, user });
  return {
    lookup,
    audit: async payload => withUnusableAttribute(await auditPerson(payload, explain), match),
    explain,
  };
}
