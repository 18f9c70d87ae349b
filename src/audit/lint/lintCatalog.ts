import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { readField } from '../../lookup';
import type { UserQueryField } from '../../lookup';
import { isExpectedToSignIn } from '../people';
import type { PersonResult } from '../people';
import type { Finding } from './Finding';
import { groupBy } from './groupBy';
import { lintValues } from './lintValues';
import { foldAscii, quote } from '../../shared';

/** @internal */
export interface LintInput {
  readonly people: readonly PersonResult[];
  readonly entities: readonly Entity[];
  /** The fields that people are matched by. */
  readonly fields: readonly UserQueryField[];
  /** Whether every Bitbucket user was looked at; without them nothing can be said of who is unreached. */
  readonly isComplete: boolean;
}

/**
 * Finds what is wrong, or will go wrong, in the data that a sign-in relies on. The dangerous first.
 *
 * @internal
 */
export function lintCatalog({ people, entities, fields, isComplete }: LintInput): Finding[] {
  const users = entities.filter(entity => isKind(entity, 'user'));
  const values = new Set(fields.filter(field => field !== 'metadata.name'));
  values.add('spec.profile.email');
  return [
    ...sharedEntities(people),
    ...[...values].flatMap(field => lintValues(users, field)),
    ...groupEmails(entities, users, people),
    ...(isComplete ? unreachedEntities(users, people) : []),
  ].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

const severities = ['danger', 'warning', 'info'];

function sharedEntities(people: readonly PersonResult[]): Finding[] {
  const reached = people.filter(({ outcome }) => outcome === 'signsIn');
  return [...groupBy(reached, ({ entityRef }) => entityRef!)]
    .filter(([, group]) => group.length > 1)
    .map(([entityRef, group]) => ({
      rule: 'sharedEntity',
      severity: 'danger',
      text: `${entityRef} is reached by ${group.length} Bitbucket users: each of them can act as this person`,
      concerns: [entityRef, ...group.map(({ username }) => `bitbucket:${username}`)],
    }));
}

/** A group with an address of its own is as it should be; one with the address of a person is not. */
function groupEmails(
  entities: readonly Entity[],
  users: readonly Entity[],
  people: readonly PersonResult[],
): Finding[] {
  const owners = new Map<string, string>();
  for (const { email, username } of people) {
    if (email !== undefined) owners.set(foldAscii(email), `bitbucket:${username}`);
  }
  for (const user of users) {
    const email = emailOf(user);
    if (email !== undefined) owners.set(foldAscii(email), stringifyEntityRef(user));
  }
  return entities.flatMap((entity): Finding[] => {
    const email = isKind(entity, 'group') ? emailOf(entity) : undefined;
    const owner = email === undefined ? undefined : owners.get(foldAscii(email));
    if (owner === undefined) return [];
    return [
      {
        rule: 'groupEmail',
        severity: 'warning',
        text: `a Group has the email ${quote(email)} of a person; nobody signs in as a Group, so the person is not found by it`,
        concerns: [stringifyEntityRef(entity), owner],
      },
    ];
  });
}

function unreachedEntities(users: readonly Entity[], people: readonly PersonResult[]): Finding[] {
  const reached = new Set<string>();
  const lists = new Set<readonly string[]>();
  for (const person of people.filter(isExpectedToSignIn)) {
    if (person.entityRef !== undefined) reached.add(person.entityRef);
    // Those between whom nobody can choose are found, only not told apart.
    if (lists.has(person.candidates)) continue;
    lists.add(person.candidates);
    for (const candidate of person.candidates) reached.add(candidate);
  }
  const refs = users.map(user => stringifyEntityRef(user)).filter(ref => !reached.has(ref));
  if (refs.length === 0) return [];
  const text = `${refs.length} User ${refs.length === 1 ? 'entity is' : 'entities are'} reached by no active Bitbucket user`;
  return [{ rule: 'unreachedEntity', severity: 'info', text, concerns: refs }];
}

function emailOf(entity: Entity): string | undefined {
  const email = readField(entity, 'spec.profile.email');
  return typeof email === 'string' && email !== '' ? email : undefined;
}

function isKind({ kind }: Entity, wanted: string): boolean {
  return foldAscii(kind) === wanted;
}
