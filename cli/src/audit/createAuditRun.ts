import { explainSignIn, traceChain } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  FindDirectory,
  SignInExplanation,
  Subject,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { SourcedEntity } from '../findings';
import { auditPerson } from './auditPerson';
import type { AuditedPerson } from './auditPerson';
import { createListedDirectories } from './createListedDirectories';
import { createMemoryCatalog } from './createMemoryCatalog';
import type { MemoryUserLookup } from './createMemoryCatalog';
import { refsThereTwice } from './entities';
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
 * @param findDirectory - see `AuditInput`
 * @param owners - see `AuditInput`
 * @internal
 */
export function createAuditRun(
  settings: AuditSettings,
  payloads: readonly unknown[],
  entities: readonly SourcedEntity[],
  findDirectory?: FindDirectory,
  owners?: readonly string[],
): AuditRun {
  const { baseUrl, match, profileTransform, trustedDirectories } = settings;
  const { lookup, findNearMisses } = createMemoryCatalog(entities, owners);
  const directories = findDirectory ?? createListedDirectories(payloads, trustedDirectories);
  // Not that of the settings: `match` may be another chain, composed in code.
  const needsDirectory = match.some(item => {
    const { needs } = 'matcher' in item ? item.matcher : item;
    return needs?.includes('directory') ?? false;
  });
  const shared = { baseUrl, match, lookup, profileTransform, findNearMisses };
  const explain = (user: unknown) => explainSignIn({ ...shared, user, findDirectory: directories });

  /** A list that says nothing of directories leaves it open what the sign-in will hear. */
  function isDirectoryKnown({ email, emailOrigin, directory }: Subject): boolean {
    if (!needsDirectory || findDirectory || email === undefined) return true;
    return emailOrigin !== 'payload' || (directory !== undefined && 'readOnly' in directory);
  }

  const options = {
    explain,
    trace: (subject: Subject) => traceChain({ match, subject, lookup }),
    isDirectoryKnown,
    contested: refsThereTwice(entities),
  };
  return {
    lookup,
    audit: async payload => withUnusableAttribute(await auditPerson(payload, options), match),
    explain,
  };
}
