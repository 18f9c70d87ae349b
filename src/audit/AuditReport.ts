import type { Finding } from './lint';
import type { AuditOutcome, PersonResult } from './people';
import type { Suggestion } from './suggest';

/**
 * The result of an audit.
 *
 * @internal
 */
export interface AuditReport {
  /** ISO 8601. */
  readonly generatedAt: string;
  /** What is missing because the run was interrupted; empty when all is there. */
  readonly missing: readonly string[];
  /** What happened while reading that a reader should know. */
  readonly notes: readonly string[];
  readonly env: string;
  readonly baseUrl: string;
  /** Names of the configured resolvers, in order. */
  readonly resolvers: readonly string[];
  /** Number of entities by which the catalog was represented. */
  readonly entities: { readonly users: number; readonly groups: number };
  readonly summary: AuditSummary;
  /** Those who used Bitbucket last come first. */
  readonly people: readonly PersonResult[];
  readonly findings: readonly Finding[];
  readonly suggestion?: Suggestion;
}

/** @internal */
export interface AuditSummary {
  /** All users that Bitbucket lists. */
  readonly total: number;
  /** Those who should be able to sign in: neither inactive nor service accounts. */
  readonly expected: number;
  readonly counts: Readonly<Record<AuditOutcome, number>>;
  /** Percent of `expected` who would sign in; 0 when nobody is expected. */
  readonly coverage: number;
  /** People who are ambiguous, and entities that several people reach. */
  readonly conflicts: number;
}
