import type { Entity } from '@backstage/catalog-model';
import type { Subject } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { auditOutcomes, isExpectedToSignIn, sortPeople } from './auditPerson';
import type { AuditOutcome, PersonResult } from './auditPerson';
import { createAuditRun } from './createAuditRun';
import { isKind } from './entities';
import { lintCatalog } from './lintCatalog';
import type { Finding } from './lintCatalog';
import { fieldsOfChain } from './plansOfChain';
import type { AuditSettings } from './readAuditSettings';
import { suggestResolvers } from './suggestResolvers';
import type { Suggestion } from './suggestResolvers';

/**
 * The result of an audit.
 *
 * @public
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
  /** Names of the steps of the chain, in order. */
  readonly resolvers: readonly string[];
  /** Number of entities by which the catalog was represented. */
  readonly entities: { readonly users: number; readonly groups: number };
  readonly summary: AuditSummary;
  /** Those who used Bitbucket last come first. */
  readonly people: readonly PersonResult[];
  readonly findings: readonly Finding[];
  readonly suggestion?: Suggestion;
}

/** @public */
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

/** @public */
export interface AuditInput {
  readonly settings: AuditSettings;
  /** Bitbucket's list of users, as it answers them. */
  readonly payloads: readonly unknown[];
  /** All `User` and `Group` entities of the catalog. */
  readonly entities: readonly Entity[];
  /** What could not be read, for the report. */
  readonly missing?: readonly string[];
  readonly notes?: readonly string[];
  /** Ends the work early; the report says what is missing. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** People between two looks at the outside world. */
const breath = 250;

const maxCandidates = 20;

/**
 * Decides for every person of a list what their sign-in would come to, with the evaluator of the
 * sign-in, and looks at the data that it relies on.
 *
 * @example
 * ```ts
 * const settings = readAuditSettings(config);
 * const { summary } = await runAudit({ settings, payloads, entities });
 * console.log(`${summary.coverage} %`);
 * ```
 * @public
 */
export async function runAudit(input: AuditInput): Promise<AuditReport> {
  const { settings, payloads, entities, signal, onProgress, now = Date.now } = input;
  const missing = [...(input.missing ?? [])];
  const run = createAuditRun(settings, payloads, entities);
  const people: PersonResult[] = [];
  const subjects: Subject[] = [];
  for (const [index, payload] of payloads.entries()) {
    if (index % breath === 0) {
      onProgress?.(index, payloads.length);
      await breathe();
      if (signal?.aborted) {
        missing.push(`${payloads.length - index} of ${payloads.length} users were not looked at`);
        break;
      }
    }
    const { result, subject } = await run.audit(payload);
    people.push(result);
    if (subject) subjects.push(subject);
  }
  onProgress?.(people.length, payloads.length);

  const { lookup } = run;
  const fields = [...fieldsOfChain(settings.match, subjects)];
  const findings = lintCatalog({ people, entities, fields, isComplete: missing.length === 0 });
  const suggestion =
    missing.length === 0
      ? await suggestResolvers({ settings, subjects, entities, lookup, breathe, signal })
      : undefined;
  if (missing.length === 0 && signal?.aborted) missing.push('the suggestion of resolvers');
  return {
    generatedAt: new Date(now()).toISOString(),
    missing,
    notes: input.notes ?? [],
    env: settings.env,
    baseUrl: settings.baseUrl,
    resolvers: settings.match.map(item => ('matcher' in item ? item.matcher : item).name),
    entities: { users: count(entities, 'user'), groups: count(entities, 'group') },
    summary: summarize(people, findings),
    people: sortPeople(markShared(people, findings).map(cutCandidates)),
    findings,
    suggestion,
  };
}

/** The line of a person says so too, because that is what is read of somebody one looks for. */
function markShared(people: readonly PersonResult[], findings: readonly Finding[]): PersonResult[] {
  const others = new Map<string, number>();
  for (const { rule, concerns } of findings) {
    if (rule === 'sharedEntity') others.set(concerns[0]!, concerns.length - 2);
  }
  return people.map(person => {
    const number = others.get(person.entityRef ?? '');
    if (number === undefined) return person;
    const users = number === 1 ? 'Bitbucket user' : 'Bitbucket users';
    return { ...person, reason: `DANGER: shared with ${number} other ${users}` };
  });
}

/** Thousands of entities with one email are told by their number. */
function cutCandidates(person: PersonResult): PersonResult {
  const { candidates } = person;
  if (candidates.length <= maxCandidates) return person;
  const moreCandidates = candidates.length - maxCandidates;
  return { ...person, candidates: candidates.slice(0, maxCandidates), moreCandidates };
}

/** Lets a signal of the terminal through. */
async function breathe(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
}

function count(entities: readonly Entity[], kind: 'user' | 'group'): number {
  return entities.filter(entity => isKind(entity, kind)).length;
}

function summarize(people: readonly PersonResult[], findings: readonly Finding[]): AuditSummary {
  const counts = Object.fromEntries(auditOutcomes.map(outcome => [outcome, 0])) as Record<
    AuditOutcome,
    number
  >;
  for (const { outcome } of people) counts[outcome] += 1;
  const expected = people.filter(isExpectedToSignIn).length;
  const shared = findings.filter(({ rule }) => rule === 'sharedEntity').length;
  return {
    total: people.length,
    expected,
    counts,
    coverage: expected === 0 ? 0 : (100 * counts.signsIn) / expected,
    conflicts: counts.ambiguous + shared,
  };
}
