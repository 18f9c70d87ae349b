import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { foldAscii } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { UserQueryField } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { quote } from '../quote';
import { isExpectedToSignIn } from './auditPerson';
import type { PersonResult } from './auditPerson';
import { groupBy, isKind, loosen, readField } from './entities';

/**
 * Something in Bitbucket or the catalog that an administrator should look at.
 *
 * - `danger`: somebody may become somebody else
 * - `warning`: somebody is or may be locked out, or the data is wrong
 * - `info`: worth knowing
 *
 * @public
 */
export interface Finding {
  readonly rule: FindingRule;
  readonly severity: 'danger' | 'warning' | 'info';
  /** In words, without the list of those whom it concerns. */
  readonly text: string;
  /** Entity refs, and Bitbucket users as `bitbucket:<username>`. */
  readonly concerns: readonly string[];
  /** Set when somebody has accepted it in a baseline. */
  readonly accepted?: { readonly reason: string; readonly date: string };
}

/** @public */
export type FindingRule =
  | 'sharedEntity'
  | 'duplicateEmail'
  | 'duplicateAnnotation'
  | 'caseTwin'
  | 'unicodeTwin'
  | 'plusTagTwin'
  | 'groupEmail'
  | 'unreachedEntity';

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
  return [
    ...sharedEntities(people),
    ...[...values].flatMap(field => lintValues(users, field)),
    ...(values.has('spec.profile.email') ? groupEmails(entities, users, people) : []),
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

interface Holder {
  readonly ref: string;
  readonly value: string;
}

/**
 * Finds `User` entities whose values of one field are equal, or equal but for letter case, form of
 * letters or the plus tag of an email.

 */
function lintValues(users: readonly Entity[], field: UserQueryField): Finding[] {
  const holders = users.flatMap((entity): Holder[] => {
    const value = readField(entity, field);
    return typeof value === 'string' && value !== ''
      ? [{ ref: stringifyEntityRef(entity), value }]
      : [];
  });
  const isEmail = field === 'spec.profile.email';
  const what = isEmail ? 'email' : field.replace('metadata.annotations.', 'annotation ');
  const same = groupBy(holders, ({ value }) => foldAscii(value));
  return [
    ...[...same.values()].flatMap(group => equalValues(group, isEmail, what)),
    ...twins(same, loosen, (values): Finding => ({
      rule: 'unicodeTwin',
      severity: 'danger',
      text: `${what}: ${values} look alike, but are different letters; one may be there to be taken for the other`,
      concerns: [],
    })),
    ...(isEmail
      ? twins(same, withoutTag, values => ({
          rule: 'plusTagTwin',
          severity: 'warning',
          text: `${what}: ${values} differ only by the tag after "+", and are one mailbox in most mail systems`,
          concerns: [],
        }))
      : []),
  ];
}

function equalValues(group: readonly Holder[], isEmail: boolean, what: string): Finding[] {
  if (group.length < 2) return [];
  const spellings = new Set(group.map(({ value }) => value));
  const concerns = group.map(({ ref }) => ref);
  if (spellings.size > 1) {
    const text = `${what}: ${list(spellings)} are the same but for letter case, so nobody can sign in by it`;
    return [{ rule: 'caseTwin', severity: 'warning', text, concerns }];
  }
  const text = `${what} ${list(spellings)} is on ${group.length} entities, so nobody can sign in by it`;
  const rule = isEmail ? 'duplicateEmail' : 'duplicateAnnotation';
  return [{ rule, severity: 'warning', text, concerns }];
}

/** Groups of values that are different for the sign-in, and the same for the given key. */
function twins(
  same: ReadonlyMap<string, readonly Holder[]>,
  keyOf: (value: string) => string,
  describe: (values: string) => Finding,
): Finding[] {
  const groups = groupBy(same.entries(), ([value]) => keyOf(value)).values();
  return [...groups]
    .filter(group => group.length > 1)
    .map(group => ({
      ...describe(list(group.map(([, [holder]]) => holder!.value))),
      concerns: group.flatMap(([, holders]) => holders.map(({ ref }) => ref)),
    }));
}

/** Tag gone, ASCII case folded; the form of letters is the business of another rule. */
function withoutTag(email: string): string {
  return email.replace(/^([^+@]+)\+[^@]*@/, '$1@');
}

function list(values: Iterable<string>): string {
  return [...values].map(value => quote(value)).join(', ');
}
