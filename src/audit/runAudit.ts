import type { Entity } from '@backstage/catalog-model';
import type { Subject } from '../profile';
import type { AuditReport } from './AuditReport';
import { createAuditRun } from './createAuditRun';
import { lintCatalog } from './lint';
import type { Finding } from './lint';
import { sortPeople } from './people';
import type { PersonResult } from './people';
import { suggestResolvers } from './suggest';
import { summarize } from './summarize';
import type { AuditSettings } from './world';
import { foldAscii } from '../shared';

/** @internal */
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
 * @internal
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
  const fields = [...lookup.askedFields(), ...run.identityFields];
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
    resolvers: settings.chain.names,
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

function count(entities: readonly Entity[], kind: string): number {
  return entities.filter(entity => foldAscii(entity.kind) === kind).length;
}
