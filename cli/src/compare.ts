import type { AuditOutcome, AuditReport, PersonResult } from './audit';
import { groupBy } from './groupBy';

/**
 * The part of a report that a comparison needs.
 *
 * @public
 */
export type ComparedReport = Pick<AuditReport, 'people' | 'baseUrl'>;

/**
 * What happened to the sign-in of a person between two reports.
 *
 * - `becomesAnother`: signs in, but as another entity than before
 * - `loses`: signed in before, but no longer does
 * - `gains`: signs in, but did not before
 * - `joins`: is new in Bitbucket, and signs in
 * - `leaves`: signed in before, but is no longer in Bitbucket
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
  /** Absent when the person is new. */
  readonly before?: PersonState;
  /** Absent when the person is gone. */
  readonly after?: PersonState;
  /** Other accounts that signed in as this entity before: the person takes over their identity. */
  readonly takesOverFrom?: readonly string[];
}

/**
 * The difference between two reports.
 *
 * @public
 */
export interface Comparison {
  /** What the report was compared with: the file, and for a report the time when it was created. */
  readonly with: string;
  /** Reservations about the comparison. */
  readonly notes: readonly string[];
  /** Changes of identity first. */
  readonly changes: readonly PersonChange[];
}

/**
 * Finds who gains or loses the sign-in, and who becomes somebody else. People are identified by
 * Bitbucket's id, because a username may be given to somebody new.
 *
 * @param before - an older report, or one for another config and the same people
 * @param label - describes `before`
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
      : [`it comes from another server, ${before.baseUrl}, where the same id may be somebody else`];
  return { with: label, notes, changes: changes.sort((a, b) => rankOf(a) - rankOf(b)) };
}

/**
 * Whether a change affects people who were there before. People who join or leave do not, unless they
 * take over an entity.
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
