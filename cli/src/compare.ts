import type { AuditOutcome, AuditReport, PersonResult } from './audit';
import { groupBy } from './groupBy';

/**
 * What of a report a comparison looks at.
 *
 * @public
 */
export type ComparedReport = Pick<AuditReport, 'people' | 'baseUrl'>;

/**
 * What happened to the sign-in of a person between two reports.
 *
 * - `becomesAnother`: signs in, but as another entity than before
 * - `loses`: signed in, and would not any more
 * - `gains`: would sign in, and did not before
 * - `joins`: is new in Bitbucket, and signs in
 * - `leaves`: signed in, and is not in Bitbucket any more
 *
 * @public
 */
export const changeKinds = ['becomesAnother', 'loses', 'gains', 'joins', 'leaves'] as const;

/** @public */
export type ChangeKind = (typeof changeKinds)[number];

/** @public */
export interface PersonState {
  readonly outcome: AuditOutcome;
  readonly entityRef?: string;
  readonly step?: string;
  readonly reason?: string;
}

/** @public */
export interface PersonChange {
  readonly change: ChangeKind;
  readonly username: string;
  readonly displayName: string;
  readonly id?: number;
  /** Absent when the person was not there. */
  readonly before?: PersonState;
  /** Absent when the person is not there any more. */
  readonly after?: PersonState;
  /** Other accounts that became this entity before, and now this person does: a change of identity, too. */
  readonly takesOverFrom?: readonly string[];
}

/**
 * The difference between two reports.
 *
 * @public
 */
export interface Comparison {
  /** What the report was compared with: a file, and for a report the time when it was made. */
  readonly with: string;
  /** What a reader should know before believing it. */
  readonly notes: readonly string[];
  /** Changes of identity first. */
  readonly changes: readonly PersonChange[];
}

/**
 * Says who gains or loses the sign-in, and who becomes somebody else. People are known again by
 * Bitbucket's id, because a username may be given to somebody new.
 *
 * @param before - an older report, or one of another config over the same people
 * @param label - what `before` is called
 * @public
 */
export function compareReports(
  before: ComparedReport,
  after: ComparedReport,
  label: string,
): Comparison {
  const olds = new Map(before.people.map(person => [keyOf(person), person]));
  const holders = groupBy(before.people, ({ entityRef }) => entityRef);
  const changes: PersonChange[] = [];
  for (const person of after.people) {
    const old = olds.get(keyOf(person));
    olds.delete(keyOf(person));
    const kind = changeOf(old, person);
    if (kind === undefined) continue;
    const others = (person.entityRef === undefined ? [] : (holders.get(person.entityRef) ?? []))
      .filter(other => keyOf(other) !== keyOf(person))
      .map(({ username }) => username);
    changes.push({
      change: kind,
      ...factsOf(person),
      ...(old && { before: stateOf(old) }),
      after: stateOf(person),
      ...(others.length > 0 && { takesOverFrom: others }),
    });
  }
  for (const old of olds.values()) {
    if (old.entityRef === undefined) continue;
    changes.push({ change: 'leaves', ...factsOf(old), before: stateOf(old) });
  }
  const notes =
    before.baseUrl === after.baseUrl
      ? []
      : [`it is of another server, ${before.baseUrl}, where the same id may be somebody else`];
  return { with: label, notes, changes: changes.sort((a, b) => rankOf(a) - rankOf(b)) };
}

/**
 * Whether a change is one of those who were there: people who come and go change nothing for the
 * others, unless they take somebody's entity.
 *
 * @public
 */
export function isRelevantChange({ change, takesOverFrom }: PersonChange): boolean {
  return (change !== 'joins' && change !== 'leaves') || takesOverFrom !== undefined;
}

function keyOf({ id, username }: PersonResult): string {
  return id === undefined ? `name ${username}` : `id ${id}`;
}

function changeOf(old: PersonResult | undefined, person: PersonResult): ChangeKind | undefined {
  const is = person.entityRef;
  if (!old) return is === undefined ? undefined : 'joins';
  const was = old.entityRef;
  if (was === is) return undefined;
  if (was === undefined) return 'gains';
  return is === undefined ? 'loses' : 'becomesAnother';
}

function factsOf({ username, displayName, id }: PersonResult) {
  return { username, displayName, ...(id !== undefined && { id }) };
}

function stateOf({ outcome, entityRef, step, reason }: PersonResult): PersonState {
  return { outcome, entityRef, step, reason };
}

function rankOf({ change, takesOverFrom }: PersonChange): number {
  return 2 * changeKinds.indexOf(change) - (takesOverFrom ? 100 : 0);
}
