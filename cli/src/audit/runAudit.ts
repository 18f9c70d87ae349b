import { stringifyEntityRef } from '@backstage/catalog-model';
import { sortFindings } from '../findings';
import type { Finding, SourcedEntity } from '../findings';
import { createAccounts } from './accounts';
import type { AuditedPerson } from './auditPerson';
import { auditOutcomes, isExpectedToSignIn, sortPeople } from './personResult';
import type { AuditOutcome, PersonResult } from './personResult';
import { createAuditRun, nextTurn } from './createAuditRun';
import type { AuditInput } from './createAuditRun';
import { isKind } from './entities';
import { lintCatalog } from './lintCatalog';
import { lintPeople } from './lintPeople';
import { fieldsOfChain } from './plansOfChain';
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
  /** Those who should be able to sign in, see `isExpectedToSignIn`. */
  readonly expected: number;
  readonly counts: Readonly<Record<AuditOutcome, number>>;
  /**
   * Percent of `expected` who would sign in as a `User` entity of their own: the outcome `signsIn`. 0
   * when nobody is expected.
   */
  readonly coverage: number;
  /** People who are ambiguous or become somebody else, and entities that several people reach. */
  readonly conflicts: number;
  /** People who sign in by an email that they can edit themselves in Bitbucket. */
  readonly reliesOnEditableEmail: number;
  /** People who sign in by an email of which it is not known whether they can edit it. */
  readonly reliesOnUnknownEmail: number;
}

/** People between two looks at signals and progress. */
const peopleAtOnce = 250;

const maxCandidates = 20;

/**
 * Decides for every person of a list what their sign-in would come to, with the evaluator of the
 * sign-in, and looks at the data that it relies on. Nothing is asked over the network.
 *
 * @throws `Error` for a chain that is empty or not valid
 * @example
 * ```ts
 * const settings = readAuditSettings(config);
 * const users = readUserFiles('users.json');
 * const catalog = await readEntityFiles('catalog/org');
 * const { summary, people } = await runAudit({
 *   // A chain that is composed in code takes the place of `match`.
 *   settings: { ...settings, match: [matchers.entityName({ from: 'username' })] },
 *   payloads: users.items,
 *   entities: catalog.items,
 *   owners: catalog.owners,
 *   findings: [...users.findings, ...catalog.findings],
 * });
 * console.log(`${summary.coverage} %`, people.filter(({ outcome }) => outcome === 'nobody'));
 * ```
 * @public
 */
export async function runAudit(input: AuditInput): Promise<AuditReport> {
  const { settings, payloads, entities, signal, onProgress, now = Date.now } = input;
  const missing = [...(input.missing ?? [])];
  const run = createAuditRun(input);
  const audited: AuditedPerson[] = [];
  for (const [index, payload] of payloads.entries()) {
    if (index % peopleAtOnce === 0) {
      onProgress?.(index, payloads.length);
      await nextTurn();
      if (signal?.aborted) {
        missing.push(`${payloads.length - index} of ${payloads.length} users were not looked at`);
        break;
      }
    }
    audited.push(await run.audit(payload));
  }
  onProgress?.(audited.length, payloads.length);

  const known = new Map(entities.map(entity => [stringifyEntityRef(entity), entity]));
  const accounts = createAccounts(payloads, settings.host);
  const isComplete = missing.length === 0;
  const subjects = audited.flatMap(({ subject }) => subject ?? []);
  const linted = lintPeople(audited, known, accounts);
  const people = leaveOut(linted.people, input, now());
  const findings = sortFindings([
    ...(input.findings ?? []),
    ...linted.findings,
    ...lintCatalog({
      people,
      entities: [...known.values()],
      fields: [...fieldsOfChain(settings.match, subjects)],
      isComplete,
    }),
  ]);
  const suggestion = isComplete
    ? await suggestResolvers({
        settings,
        people: audited.flatMap(({ subject }, index) =>
          subject ? [{ subject, isExpected: isExpectedToSignIn(people[index]!) }] : [],
        ),
        entities: known,
        contested: run.contested,
        accounts,
        lookup: run.lookup,
        signal,
      })
    : undefined;
  if (isComplete && signal?.aborted) missing.push('the suggestion of resolvers');
  return {
    generatedAt: new Date(now()).toISOString(),
    missing,
    notes: [...(input.notes ?? []), ...notesOn(people, input)],
    env: settings.env,
    baseUrl: settings.baseUrl,
    resolvers: settings.match.map(item => ('matcher' in item ? item.matcher : item).name),
    entities: { users: count(known.values(), 'user'), groups: count(known.values(), 'group') },
    summary: summarize(people, findings),
    people: sortPeople(people.map(cutCandidates)),
    findings,
    suggestion,
  };
}

/** Those who are not expected to sign in keep their entity, and are no longer in the percentage. */
function leaveOut(
  people: readonly PersonResult[],
  { usedWithinMs, licensed }: AuditInput,
  now: number,
): readonly PersonResult[] {
  const since = usedWithinMs === undefined ? undefined : now - usedWithinMs;
  const isLastUseKnown = people.some(({ lastUsed }) => lastUsed !== undefined);
  return people.map(person => {
    if (!isExpectedToSignIn(person)) return person;
    if (licensed && !licensed.has(person.username)) return { ...person, outcome: 'unlicensed' };
    // In a list that says when people last signed in, whoever lacks it never did.
    return since !== undefined && isLastUseKnown && (person.lastUsed ?? 0) < since
      ? { ...person, outcome: 'unused' }
      : person;
  });
}

function notesOn(people: readonly PersonResult[], { usedWithinMs }: AuditInput): string[] {
  return usedWithinMs === undefined || people.some(({ lastUsed }) => lastUsed !== undefined)
    ? []
    : ['it is not known when people last used Bitbucket, so that nobody was left out for that'];
}

/** Of thousands of entities with one email, the report has the first ones and the number of the rest. */
function cutCandidates(person: PersonResult): PersonResult {
  const { candidates } = person;
  if (candidates.length <= maxCandidates) return person;
  const moreCandidates = candidates.length - maxCandidates;
  return { ...person, candidates: candidates.slice(0, maxCandidates), moreCandidates };
}

function count(entities: Iterable<SourcedEntity>, kind: 'user' | 'group'): number {
  return [...entities].filter(entity => isKind(entity, kind)).length;
}

function summarize(people: readonly PersonResult[], findings: readonly Finding[]): AuditSummary {
  const counts = Object.fromEntries(auditOutcomes.map(outcome => [outcome, 0])) as Record<
    AuditOutcome,
    number
  >;
  for (const { outcome } of people) counts[outcome] += 1;
  const expected = people.filter(isExpectedToSignIn);
  const shared = findings.filter(({ rule }) => rule === 'sharedEntity').length;
  const relying = (on: PersonResult['reliesOnEmail']) =>
    expected.filter(({ reliesOnEmail }) => reliesOnEmail === on).length;
  return {
    total: people.length,
    expected: expected.length,
    counts,
    coverage: expected.length === 0 ? 0 : (100 * counts.signsIn) / expected.length,
    conflicts: counts.ambiguous + counts.somebodyElse + shared,
    reliesOnEditableEmail: relying('editable'),
    reliesOnUnknownEmail: relying('unknown'),
  };
}
